using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Agent.Tests.Workers;

/// <summary>Runs that are scaled while they go on: whatever is asked for, every session that has started ends by itself.</summary>
public sealed class ScaleTests
{
    [Fact]
    public async Task Run_ScaledUp_RunsTheNewSlotsBesideTheOld()
    {
        await using var rig = await Rig.StartAsync();
        var plan = rig.Plan(scenario => scenario with { Agents = 2, Iterations = null, Duration = TimeSpan.FromMinutes(5) });

        var totals = await rig.RunAsync(plan, new Step(4, seen => new[] { 0, 1, 2, 3 }.All(slot => seen.Count(record => record.Slot == slot) >= 2)));

        Assert.Equal("stopped", totals.Status);
        Assert.Equal([0, 1, 2, 3], Slots(totals.Sessions));
        Assert.Equal([0, 1], totals.Batches.Where(batch => batch.Final).Select(batch => batch.Block).Order());
        AllEndedByThemselves(totals);
    }

    [Fact]
    public async Task Run_ScaledUpDownAndUp_CutsNoSessionAndNumbersThemOn()
    {
        await using var rig = await Rig.StartAsync();
        var plan = rig.Plan(scenario => scenario with { Agents = 3, Iterations = null, Duration = TimeSpan.FromMinutes(5) });

        var totals = await rig.RunAsync(plan,
            new Step(1, seen => seen.Count >= 15 && Slots(seen.TakeLast(10)) is [0]),
            new Step(8, seen => Slots(seen).Length == 8),
            new Step(2, seen => seen.Count >= 30 && Slots(seen.TakeLast(10)).All(slot => slot < 2)),
            new Step(5, seen => seen.Any(record => record.Slot == 4)));

        AllEndedByThemselves(totals);
        Assert.Equal(Enumerable.Range(0, 8), Slots(totals.Sessions));
        foreach (var slot in totals.Sessions.GroupBy(record => record.Slot))
        {
            Assert.Equal(Enumerable.Range(0, slot.Count()).Select(n => $"{slot.Key}-{n}"), slot.OrderBy(record => record.Started).Select(record => record.Session));
        }
    }

    [Fact]
    public async Task Run_IterationsScaledDown_DoesThemAllWithFewerAgents()
    {
        await using var rig = await Rig.StartAsync();
        // Two blocks: the second has no agent before the first is done.
        var plan = rig.Plan(scenario => scenario with { Agents = 60, Iterations = 120, Duration = null });
        var totals = await rig.RunAsync(plan, new Step(4, _ => false));

        Assert.Equal("completed", totals.Status);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => $"{i / 2}-{i % 2}").Order(StringComparer.Ordinal),
            totals.Sessions.Select(record => record.Session).Order(StringComparer.Ordinal));
        AllEndedByThemselves(totals);
    }

    [Fact]
    public async Task Run_ArrivalsScaledUp_LetsMoreRunAtATime()
    {
        await using var rig = await Rig.StartAsync();
        var gate = rig.Hold();
        var plan = rig.Arrivals(3);
        var dropped = 0L;

        var totals = await rig.Host.RunAsync(plan, async (_, soFar) =>
        {
            if (dropped == 0 && soFar.Dropped("no_free_agent") > 0)
            {
                Assert.Equal(3, soFar.Started);
                dropped = soFar.Dropped("no_free_agent");
                await rig.SignalAsync(plan, new RunSignal(RunSignalKind.Scale, 9));
            }
            else if (soFar.Started == 9 && soFar.Dropped("no_free_agent") > dropped + 100 && !gate.Task.IsCompleted)
            {
                await rig.SignalAsync(plan, new RunSignal(RunSignalKind.Stop));
                gate.SetResult();
            }
            else if (!gate.Task.IsCompleted)
            {
                Assert.InRange(soFar.Started, 0, 9);
            }
        });

        AllEndedByThemselves(totals);
        Assert.Equal(Enumerable.Range(0, 9), Slots(totals.Sessions).Take(9));
        Assert.Equal(totals.Sessions.Count, totals.Sessions.Select(record => record.Session).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Run_ArrivalsScaledDown_StartsNoneUntilFewEnoughRun()
    {
        await using var rig = await Rig.StartAsync();
        var gate = rig.Hold();
        var plan = rig.Arrivals(9);
        var (scaled, stopped) = (-1L, false);

        var totals = await rig.Host.RunAsync(plan, async (_, soFar) =>
        {
            if (scaled < 0 && soFar.Started == 9)
            {
                scaled = soFar.Dropped("no_free_agent");
                await rig.SignalAsync(plan, new RunSignal(RunSignalKind.Scale, 3));
            }
            // Two seconds of arrivals later the order has come.
            else if (scaled >= 0 && soFar.Dropped("no_free_agent") > scaled + 200)
            {
                gate.TrySetResult();
            }
            if (!stopped && soFar.Sessions.Count >= 40)
            {
                stopped = true;
                await rig.SignalAsync(plan, new RunSignal(RunSignalKind.Stop));
            }
        });

        AllEndedByThemselves(totals);
        // From the batch after the one in which the nine of the beginning ended.
        var ended = 0;
        var later = totals.Batches.SkipWhile(batch => (ended += batch.Sessions.Length) < 9).Skip(1).ToList();
        Assert.NotEmpty(later);
        Assert.All(later, batch => Assert.InRange(batch.PeakAgents, 0, 3));
    }

    private static int[] Slots(IEnumerable<SessionRecord> sessions) => [.. sessions.Select(record => record.Slot).Distinct().Order()];

    private static void AllEndedByThemselves(RunTotals totals)
    {
        Assert.True(totals.Started > 0);
        Assert.Equal(totals.Started, totals.Ended(SessionOutcome.Succeeded));
        Assert.Equal(totals.Started, totals.Sessions.Count);
    }

    /// <summary>Scale to so many agents, and go on when the sessions that ended since say that it has happened.</summary>
    private sealed record Step(int Agents, Func<List<SessionRecord>, bool> Done);

    /// <summary>A worker, a target and a model that takes its time.</summary>
    private sealed class Rig(FakeTarget target, FakeChatServer server, WorkerHost host) : IAsyncDisposable
    {
        public WorkerHost Host => host;

        public static async Task<Rig> StartAsync()
        {
            var server = await FakeChatServer.StartAsync(request => Replies.Shopper(request) with { Delay = TimeSpan.FromMilliseconds(20) });
            return new Rig(await FakeTarget.StartAsync(), server, await WorkerHost.StartAsync(server.Url));
        }

        public RunPlan Plan(Func<Scenario, Scenario> change) => Plans.Of(target.Url, change);

        public RunPlan Arrivals(int agents) => Plan(scenario => scenario with
        {
            Agents = agents, Iterations = null, Duration = TimeSpan.FromMinutes(5), Load = new LoadSpec { Rate = new ArrivalRate(100, TimeSpan.FromSeconds(1)) },
        });

        /// <summary>Sessions get no further than the target until the source completes.</summary>
        public TaskCompletionSource Hold()
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            target.Fault = async (_, _) =>
            {
                await gate.Task;
                return false;
            };
            return gate;
        }

        public Task SignalAsync(RunPlan plan, RunSignal signal) => host.Queue.SignalAsync(plan.Run, signal, TestContext.Current.CancellationToken);

        /// <summary>Takes the steps, then stops the run.</summary>
        public Task<RunTotals> RunAsync(RunPlan plan, params Step[] steps)
        {
            var (next, before) = (0, 0);
            return host.RunAsync(plan, async (_, soFar) =>
            {
                if (next > steps.Length || soFar.Sessions.Count < 3 || (next > 0 && !steps[next - 1].Done(soFar.Sessions[before..])))
                {
                    return;
                }
                before = soFar.Sessions.Count;
                await SignalAsync(plan, next < steps.Length ? new RunSignal(RunSignalKind.Scale, steps[next].Agents) : new RunSignal(RunSignalKind.Stop));
                next++;
            });
        }

        public async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            await server.DisposeAsync();
            await target.DisposeAsync();
        }
    }
}
