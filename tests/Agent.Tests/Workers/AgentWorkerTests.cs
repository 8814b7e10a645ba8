using ApeTest.Agent.Tests.Fakes;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Agent.Tests.Workers;

public sealed class AgentWorkerTests
{
    [Fact]
    public async Task Run_Iterations_AreSplitExactlyAndAllReported()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);
        // 63 slots: two blocks; 150 = 63 x 2 + 24.
        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with { Agents = 63, Iterations = 150 }));

        Assert.Equal("completed", totals.Status);
        Assert.Equal((150, 150), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
        var expected = Enumerable.Range(0, 63).SelectMany(slot => Enumerable.Range(0, slot < 24 ? 3 : 2).Select(n => $"{slot}-{n}")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, totals.Sessions.Select(record => record.Session).Order(StringComparer.Ordinal));
        Assert.Equal(150, target.Orders.Count);
        Assert.Equal(2, totals.Batches.Count(batch => batch.Final));
    }

    [Fact]
    public async Task Run_APlanThatBreaksTheWorker_IsAbortedAndTheNextRunGoesOn()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        using var memory = new MemoryRunQueue(TimeProvider.System);
        var queue = new WatchedQueue(memory) { FailingSignals = 1 };
        await using var host = await WorkerHost.StartAsync(server.Url, queue);
        var good = Plans.Of(target.Url, static scenario => scenario with { Agents = 1, Iterations = 1 });

        // The order to abort does not reach the queue at first.
        var bad = await host.RunAsync(good with { Run = "20261121-131502-0bad", Scenario = good.Scenario with { Personas = default } });
        var totals = await host.RunAsync(good);

        Assert.Equal("aborted", bad.Status);
        Assert.Equal(0, queue.FailingSignals);
        Assert.Equal(("completed", 1), (totals.Status, totals.Ended(SessionOutcome.Succeeded)));
    }

    [Fact]
    public async Task Run_DurationOver_StartsNoMoreAndDropsTheRest()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with { Agents = 3, Iterations = 100_000, Duration = TimeSpan.FromSeconds(1.5) }));

        Assert.Equal("completed", totals.Status);
        Assert.Equal(0, totals.Ended(SessionOutcome.Aborted));
        Assert.InRange(totals.Started, 3, 99_000);
        Assert.Equal(100_000 - totals.Started, totals.Dropped("duration"));
        Assert.Contains(totals.Batches, batch => batch.Generator is { RssBytes: > 1_000_000, Cpu: > 0 });
    }

    [Fact]
    public async Task Run_StillRunningAfterGracefulStop_AreAborted()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([]) with { Hang = true });
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with
        {
            // Longer than a busy machine takes to start them: the run's clock runs from the claim.
            Agents = 2, Iterations = null, Duration = TimeSpan.FromSeconds(3), GracefulStop = TimeSpan.FromMilliseconds(300),
        }));

        Assert.Equal(["run_end", "run_end"], totals.Sessions.Select(record => record.Reason));
        Assert.All(totals.Sessions, record => Assert.Equal(SessionOutcome.Aborted, record.Outcome));
    }

    [Fact]
    public async Task Run_Drained_RunningSessionsFinishAndNoneStart()
    {
        await using var target = await FakeTarget.StartAsync();
        var gate = new TaskCompletionSource();
        target.Fault = async (context, _) =>
        {
            await gate.Task;
            return false;
        };
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        using var memory = new MemoryRunQueue(TimeProvider.System);
        var queue = new WatchedQueue(memory);
        await using var host = await WorkerHost.StartAsync(server.Url, queue);
        // What runs goes on after the worker has heard the order.
        _ = queue.Stopping.ContinueWith(_ => gate.SetResult(), TaskScheduler.Default);
        var plan = Plans.Of(target.Url, scenario => scenario with { Agents = 5, Iterations = 500, Duration = null });

        var signalled = false;
        var totals = await host.RunAsync(plan, async (state, soFar) =>
        {
            if (!signalled && soFar.Started == 5)
            {
                signalled = true;
                await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), TestContext.Current.CancellationToken);
            }
        });

        Assert.Equal("stopped", totals.Status);
        Assert.Equal((5, 5), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
        Assert.Equal(495, totals.Dropped("stopped"));
    }

    [Fact]
    public async Task Run_Aborted_CancelsEverythingAtOnce()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([]) with { Hang = true });
        await using var host = await WorkerHost.StartAsync(server.Url);
        var plan = Plans.Of(target.Url, scenario => scenario with { Agents = 5, Iterations = null });

        var totals = await host.RunAsync(plan, async (_, soFar) =>
        {
            if (soFar is { Started: 5, Sessions.Count: 0 })
            {
                await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Abort, Reason: "aborted"), TestContext.Current.CancellationToken);
            }
        });

        Assert.Equal("aborted", totals.Status);
        Assert.Equal(5, totals.Ended(SessionOutcome.Aborted));
        Assert.All(totals.Sessions, record => Assert.Equal("run_aborted", record.Reason));
    }

    [Fact]
    public async Task Run_BudgetExhausted_EndsTheRunWithThatStatus()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Error(429, """{"error":{"message":"used up","code":"budget_exhausted"}}"""));
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with { Agents = 3, Iterations = null, Duration = TimeSpan.FromSeconds(30) }));

        Assert.Equal("budget", totals.Status);
        Assert.All(totals.Sessions, record => Assert.StartsWith("budget:", record.Reason, StringComparison.Ordinal));
        // Each agent may have one session under way when the first is refused; none starts a second.
        Assert.InRange(totals.Started, 1, 3);
    }

    [Fact]
    public async Task Run_ModelRefusesAtOnce_IsPacedNotSpun()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Error(401, "{}"));
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with { Agents = 1, Iterations = 8, Duration = TimeSpan.FromMinutes(10) }));

        Assert.Equal((8, 8), (totals.Started, totals.Sessions.Count));
        totals.ArePaced();
        Assert.All(totals.Batches, static batch => Assert.Empty(batch.Metrics.Recoveries));
    }

    [Fact]
    public async Task Run_Ramp_SlotsStartOneAfterTheOther()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(target.Url, scenario => scenario with
        {
            Agents = 4, Iterations = 4, Duration = TimeSpan.FromSeconds(20), Load = new LoadSpec { Shape = LoadShapeKind.Ramp, From = 1, To = 4, Over = TimeSpan.FromSeconds(1.8) },
        }));

        var starts = totals.Sessions.OrderBy(record => record.Slot).Select(record => record.Started).ToArray();
        Assert.Equal(4, starts.Length);
        // By the run's clock: on a busy machine the first may be late.
        Assert.True((starts[3] - totals.Began!.Value).TotalSeconds > 1.2, $"{starts[3] - totals.Began}");
    }

    [Fact]
    public async Task Run_LeaseLost_SessionsOfTheBlockEndAndTheOtherWorkerHasIt()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([]) with { Hang = true });
        var queue = new WatchedQueue(new MemoryRunQueue(TimeProvider.System));
        await using var host = await WorkerHost.StartAsync(server.Url, queue);
        var plan = Plans.Of(target.Url, scenario => scenario with { Iterations = null });
        await queue.SubmitAsync(plan, TestContext.Current.CancellationToken);
        await queue.Appended.Task.Within(TestContext.Current.CancellationToken);

        queue.Lose(new LostBlock(plan.Run, 0));

        await server.Abandoned.Task.Within(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(host.App.Urls.First()) };
        string metrics;
        do
        {
            metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        }
        while (!metrics.Contains("apetest_agents_active 0", StringComparison.Ordinal));
        Assert.Contains("apetest_sessions_total{goal=\"buy-coffee\",outcome=\"aborted\"} 1", metrics, StringComparison.Ordinal);
        // What it did after the loss is void: the queue has seen no end of the session.
        Assert.False(queue.Final);
    }

    [Fact]
    public async Task Stop_Host_DrainsAndReportsBeforeItReturns()
    {
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(request => Replies.Shopper(request) with { Delay = TimeSpan.FromMilliseconds(100) });
        await using var host = await WorkerHost.StartAsync(server.Url);
        var plan = Plans.Of(target.Url, scenario => scenario with { Agents = 3, Iterations = 300 });
        var watching = host.RunAsync(plan);
        while (target.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        await host.App.StopAsync(TestContext.Current.CancellationToken);

        // The rest is left to others, of whom there are none: nothing of it is dropped.
        Assert.False(watching.IsCompleted);
        await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Abort), TestContext.Current.CancellationToken);
        var totals = await watching;
        Assert.Equal((3, 3, 0), (totals.Started, totals.Ended(SessionOutcome.Succeeded), totals.Dropped("stopped")));
    }

    [Fact]
    public async Task Run_GatewayUnknown_IsRefusedAndTheRunEnds()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Finish());
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(new Uri("http://127.0.0.1:9"), scenario => scenario with { Gateway = GatewayMode.Remote }));

        Assert.Equal("run_refused", Assert.Single(totals.Batches.SelectMany(batch => batch.Metrics.Errors.Values)).Type);
        Assert.Equal(0, totals.Started);
    }

    [Fact]
    public async Task Run_OracleOfUnknownOperation_IsRefused()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Finish());
        await using var host = await WorkerHost.StartAsync(server.Url);

        var totals = await host.RunAsync(Plans.Of(new Uri("http://127.0.0.1:9"), scenario => scenario with
        {
            Goals = [scenario.Goals[0] with { Success = [new SuccessCondition { Operation = "checkout" }] }],
        }));

        Assert.Equal(("aborted", 0), (totals.Status, totals.Started));
    }

    [Theory]
    [InlineData(null, "not set")]
    [InlineData("memory", "inside one process")]
    [InlineData("elsewhere", "neither a postgres:// URL nor a connection string")]
    public void QueueOfService_WhatCannotServeAProcess_IsRefusedWithTheReason(string? queue, string expected)
    {
        var error = Assert.Throws<Scenarios.ApeTestException>(() => ApeTest.Runs.Queue.Postgres.QueueConnection.OfService(queue, "agent"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("postgres://", error.Hint, StringComparison.Ordinal);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void FromEnvironment_UrlsAndDefaults_AreRead()
    {
        var options = AgentOptions.FromEnvironment(name => name == "APETEST_GATEWAY__URL" ? "http://gateway:5100" : null);

        Assert.Equal(("http://gateway:5100/", "http://127.0.0.1:5200/"), (options.GatewayUrl!.AbsoluteUri, options.LlmProxyUrl!.AbsoluteUri));
        Assert.Equal(2, Assert.Throws<Scenarios.ApeTestException>(() => AgentOptions.FromEnvironment(_ => "nowhere")).ExitCode);
        Assert.Equal((int.MaxValue, TimeSpan.FromSeconds(30)), (options.MaxBlocks, options.ShutdownDrain));
    }
}
