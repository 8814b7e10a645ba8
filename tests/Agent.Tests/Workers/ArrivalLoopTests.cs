using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Workers;

/// <summary>The open model: sessions start when they are meant to, whatever the others do.</summary>
public sealed class ArrivalLoopTests
{
    private static readonly ArrivalRate Fast = new(400, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Run_Rate_StartsEveryArrivalOnce()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);

        // Three blocks, so that arrivals are dealt out among them.
        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with { Agents = 120, Iterations = 60, Load = new LoadSpec { Rate = Fast } }));

        Assert.Equal("completed", totals.Status);
        Assert.Equal((60, 60), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
        Assert.Equal(60, totals.Sessions.Select(record => record.Session).Distinct().Count());
        // Arrival i takes row i mod 2, whichever slot runs it.
        Assert.Equal((30, 30), (target.Orders.Values.Count(user => user == "ann"), target.Orders.Values.Count(user => user == "bob")));
    }

    [Fact]
    public async Task Run_Duration_StartsRateTimesDuration()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 100, Iterations = null, Duration = TimeSpan.FromSeconds(1), Load = new LoadSpec { Rate = new ArrivalRate(50, TimeSpan.FromSeconds(1)) },
        }));

        // What did not start is told, and nothing starts beyond the rate.
        Assert.Equal(50, totals.Started + totals.Dropped("no_free_agent"));
        Assert.True(totals.Started > 0);
    }

    [Theory]
    [InlineData(ArrivalKind.Even)]
    [InlineData(ArrivalKind.Poisson)]
    public async Task Run_BlockTakenOver_ArrivalsWithoutAWorkerAreCountedAsDropped(ArrivalKind arrivals)
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        using var memory = new MemoryRunQueue(TimeProvider.System);
        var cancellation = TestContext.Current.CancellationToken;
        var plan = Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 40, Iterations = 80, Duration = null, Load = new LoadSpec { Rate = new ArrivalRate(40, TimeSpan.FromSeconds(1)), Arrivals = arrivals },
        });
        await memory.SubmitAsync(plan, cancellation);
        var lease = (await memory.ClaimAsync("dead", cancellation))!;
        // It tells of ten arrivals, all dropped, and gives the block back. Some more come before anybody takes it.
        var recorder = new BlockRecorder(plan, lease.Block, lease.Epoch, "dead", TimeProvider.System);
        recorder.IterationDropped("no_free_agent", 10);
        recorder.ArrivalsDone(10);
        await memory.AppendAsync(recorder.Drain(final: false, released: true), cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System, cancellation);

        await using var host = await WorkerHost.StartAsync(server.Url, memory);
        var totals = await host.WatchAsync(plan);

        Assert.Equal("completed", totals.Status);
        Assert.Equal(80, totals.Started + totals.Dropped("no_free_agent") + totals.Dropped("no_worker"));
        Assert.True(totals.Dropped("no_worker") > 0);
    }

    [Fact]
    public async Task Run_Poisson_StartsEveryArrivalOnce()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 120, Iterations = 60, Load = new LoadSpec { Rate = Fast, Arrivals = ArrivalKind.Poisson },
        }));

        Assert.Equal((60, 60), (totals.Started + totals.Dropped("no_free_agent"), totals.Started));
        Assert.Equal((30, 30), (target.Orders.Values.Count(user => user == "ann"), target.Orders.Values.Count(user => user == "bob")));
    }

    [Fact]
    public async Task Run_RateOrdered_GoesOnWithoutGapsAndDoubles()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);
        static LoadLevel Rate(double perSecond) => new(perSecond, TimeSpan.FromSeconds(1));
        // At the first rate, 60 arrivals would take minutes: the last of them lie behind the run's end.
        var plan = Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 120, Iterations = 60, Duration = TimeSpan.FromSeconds(50),
            Load = new LoadSpec { Shape = LoadShapeKind.Breakpoint, Rate = Fast, From = Rate(0.5), To = Rate(400), By = Rate(100), Every = TimeSpan.FromSeconds(5) },
        });

        var ordered = false;
        var totals = await host.RunAsync(plan, async (_, soFar) =>
        {
            if (!ordered && soFar.Started > 0)
            {
                ordered = true;
                await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Rate, PerSecond: 400), TestContext.Current.CancellationToken);
            }
        });

        Assert.Equal((60, 60), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
        // Arrival i takes row i mod 2: each came once.
        Assert.Equal((30, 30), (target.Orders.Values.Count(user => user == "ann"), target.Orders.Values.Count(user => user == "bob")));
    }

    [Fact]
    public async Task Run_NoFreeAgent_ArrivalsAreDroppedAndCounted()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([]) with { Hang = true });
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 5, Iterations = 20, GracefulStop = TimeSpan.FromMilliseconds(200), Duration = TimeSpan.FromSeconds(1), Load = new LoadSpec { Rate = Fast },
        }));

        Assert.Equal(5, totals.Started);
        Assert.Equal(15, totals.Dropped("no_free_agent"));
    }

    [Fact]
    public async Task Run_Stopped_TheRestOfTheIterationsIsDropped()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);
        var plan = Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 20, Iterations = 1000, Load = new LoadSpec { Rate = new ArrivalRate(20, TimeSpan.FromSeconds(1)) },
        });

        var signalled = false;
        var totals = await host.RunAsync(plan, async (_, soFar) =>
        {
            if (!signalled && soFar.Started > 0)
            {
                signalled = true;
                await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), TestContext.Current.CancellationToken);
            }
        });

        Assert.Equal("stopped", totals.Status);
        Assert.Equal(1000, totals.Started + totals.Dropped("no_free_agent") + totals.Dropped("stopped"));
        Assert.Equal(totals.Started, totals.Ended(SessionOutcome.Succeeded));
    }

    [Fact]
    public async Task Session_LateArrival_CountsFromItsIntendedStart()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var harness = SessionHarness.Of(server, target);
        var late = TimeSpan.FromMinutes(10);

        var record = await harness.RunArrivalAsync(arrival: 3, late);

        var metrics = harness.Metrics();
        Assert.Equal(SessionOutcome.Succeeded, record.Outcome);
        Assert.InRange(record.DurationS, late.TotalSeconds, late.TotalSeconds + 60);
        Assert.InRange(metrics.StartDelay.ValueAt(100)!.Value, late * 0.99, late + TimeSpan.FromMinutes(1));
        // Of the session's operations only the first, the login, had to wait.
        Assert.Equal(["login"], metrics.Http.Where(operation => operation.Value.FromIntended.Count > 0).Select(operation => operation.Key));
        Assert.InRange(metrics.Http["login"].FromIntended.ValueAt(100)!.Value, late * 0.99, late + TimeSpan.FromMinutes(1));
        Assert.InRange(metrics.Http["login"].Duration.ValueAt(100)!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }
}
