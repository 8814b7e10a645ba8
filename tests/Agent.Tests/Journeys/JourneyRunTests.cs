using System.Globalization;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Whole runs of journeys: worker, loops and target are real.</summary>
public sealed class JourneyRunTests
{
    private const string Buy = """
        telemetry: { sample: 1 }
        data: { user: { rows: [ { name: ann }, { name: bob }, { name: cid } ] } }
        journeys:
          - name: buy
            think: 1ms..9ms
            steps:
              - { name: login, post: "/login?user={{user.name}}", extract: { token: $.token } }
              - { name: items, get: "/items?q={{uuid()}}", extract: { item: "$.items[0].id" } }
              - { name: order, post: /orders, headers: { Authorization: "Bearer {{token}}" }, json: { item: "{{item}}" }, extract: { order: $.id }, check: 201 }
              - { name: look, get: "/orders/{{order}}", headers: { Authorization: "Bearer {{token}}" }, check: { json: { $.state: placed } } }
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_Iterations_AreAllDoneOnceAndCountedAsTheTargetCounts()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();

        var totals = await host.RunAsync(JourneyPlans.Of("agents: 63\niterations: 150\n" + Buy, shop.Url));

        Assert.Equal(("completed", 150, 150), (totals.Status, (int)totals.Started, (int)totals.Ended(SessionOutcome.Succeeded)));
        var expected = Enumerable.Range(0, 63).SelectMany(slot => Enumerable.Range(0, slot < 24 ? 3 : 2).Select(n => $"{slot}-{n}")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, totals.Sessions.Select(record => record.Session).Order(StringComparer.Ordinal));
        Assert.Equal(600, shop.Requests.Count);
        var counts = new Dictionary<string, long>();
        foreach (var (name, operation) in totals.Batches.SelectMany(batch => batch.Metrics.Http))
        {
            counts[name] = counts.GetValueOrDefault(name) + operation.Count;
        }
        Assert.Equal([("items", 150), ("login", 150), ("look", 150), ("order", 150)], counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, (int)pair.Value)));
        Assert.Equal(150, shop.Orders.Count);
        // Each agent has a connection of its own.
        Assert.Equal(63, shop.Requests.Select(request => request.Connection).Distinct().Count());
        // The target sees the trace that the record names, and spans of their own.
        Assert.Equal(totals.Sessions.Select(record => record.TraceId).Order(StringComparer.Ordinal), shop.Requests.Select(request => request.TraceParent.Split('-')[1]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(600, shop.Requests.Select(request => request.TraceParent.Split('-')[2]).Distinct().Count());
    }

    [Fact]
    public async Task Run_Intervals_AddUpToWithinAPercent()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();

        var totals = await host.RunAsync(JourneyPlans.Of("agents: 10\niterations: 100\n" + Buy, shop.Url));

        var metrics = totals.Batches.Select(batch => batch.Metrics.Intervals).ToList();
        var overall = metrics.Sum(interval => interval.Overall.Sum.TotalSeconds);
        var known = metrics.Sum(interval => TimeSpan.FromTicks(interval.Think + interval.Model + interval.Gateway + interval.Target + interval.Harness).TotalSeconds);
        Assert.Equal(300, metrics.Sum(interval => interval.Overall.Count));
        Assert.InRange(overall - known, -0.01 * overall, 0.01 * overall);
    }

    [Fact]
    public async Task Run_LiveMetrics_AreTheRecordersFigures()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();

        await host.RunAsync(JourneyPlans.Of("agents: 5\niterations: 50\n" + Buy, shop.Url));
        using var client = new HttpClient();
        var page = await client.GetStringAsync(new Uri(new Uri(host.App.Urls.First()), "/metrics"), Cancelled);

        Assert.Equal(50, Sum(page, "apetest_sessions_total", "outcome=\"succeeded\""));
        Assert.Equal(50, Sum(page, "apetest_session_duration_seconds_count", "goal=\"buy\""));
        Assert.Equal(200, Sum(page, "apetest_action_duration_seconds_count", ""));
        Assert.Equal(150, Sum(page, "apetest_action_interval_seconds_count", "goal=\"buy\""));
        Assert.Equal(0, Sum(page, "apetest_agents_active", ""));
    }

    [Fact]
    public async Task Run_SameSeed_IsTheSameOnAnyWorkersAndLoops()
    {
        await using var shop = await JourneyShop.StartAsync();
        var plan = JourneyPlans.Of("""
            agents: 60
            iterations: 120
            telemetry: { sample: 1 }
            data: { user: { rows: [ { name: ann }, { name: bob }, { name: cid } ] } }
            journeys:
              - { name: j, weight: 2, think: 1ms..5ms, steps: [ { name: a, get: "/items?u={{user.name}}&x={{uuid()}}" }, { if: { chance: 0.5 }, then: [ { name: b, get: "/items?b={{int(1..1000)}}" } ] } ] }
              - { name: k, steps: [ { name: c, get: "/items?c={{user.name}}" } ] }
            """, shop.Url);

        var alone = await SessionsAsync(plan, workers: 1, loops: 1);
        var shared = await SessionsAsync(plan, workers: 2, loops: 3);

        Assert.Equal(120, alone.Count);
        Assert.Equal(alone, shared);
        Assert.InRange(alone.Count(session => session.Contains(" j ", StringComparison.Ordinal)), 60, 100);
        Assert.InRange(alone.Count(session => session.Contains("?b=", StringComparison.Ordinal)), 20, 70);
    }

    private static async Task<List<string>> SessionsAsync(RunPlan plan, int workers, int loops)
    {
        var queue = new MemoryRunQueue(TimeProvider.System);
        var hosts = new List<WorkerHost>();
        for (var i = 0; i < workers; i++)
        {
            var name = $"w{i}";
            // Two blocks of 30 agents: with one each, both have work.
            hosts.Add(await HostAsync(queue, options => (options.WorkerName, options.Loops, options.MaxBlocks) = (name, loops, workers == 1 ? int.MaxValue : 1)));
        }
        var totals = await hosts[0].RunAsync(plan);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
        Assert.Equal(plan.Scenario.Iterations!.Value, totals.Ended(SessionOutcome.Succeeded));
        return [.. totals.Sessions.OrderBy(record => record.Session, StringComparer.Ordinal)
            .Select(record => $"{record.Session} {record.Goal} {string.Join(' ', record.Actions.Select(action => action.Args.GetProperty("path").GetString()))}")];
    }

    [Fact]
    public async Task Run_Arrivals_AreServedBySlotsThatAreFreeAndCountFromTheirTime()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();
        var plan = JourneyPlans.Of("agents: 20\nduration: 1s\nload: { rate: 50/s }\n" + Buy, shop.Url);

        var totals = await host.RunAsync(plan);

        Assert.Equal("completed", totals.Status);
        Assert.Equal(50, totals.Started + totals.Batches.Sum(batch => batch.Metrics.Dropped.Values.Sum()));
        Assert.Equal(totals.Started, totals.Ended(SessionOutcome.Succeeded));
        Assert.Equal(totals.Started, totals.Batches.Sum(batch => batch.Metrics.Http.GetValueOrDefault("login")?.FromIntended.Count ?? 0));
    }

    [Fact]
    public async Task Run_Stopped_SessionsUnderWayFinishAndNoneStarts()
    {
        await using var shop = await JourneyShop.StartAsync();
        using var memory = new MemoryRunQueue(TimeProvider.System);
        var queue = new WatchedQueue(memory);
        await using var host = await HostAsync(queue);
        var gate = Hold(shop, "/orders");
        // What runs goes on after the worker has heard the order.
        _ = queue.Stopping.ContinueWith(_ => gate.SetResult(), TaskScheduler.Default);
        var plan = JourneyPlans.Of("agents: 5\niterations: 500\n" + Buy, shop.Url);
        var signalled = false;

        var totals = await host.RunAsync(plan, async (state, soFar) =>
        {
            if (!signalled && soFar.Started == 5)
            {
                signalled = true;
                await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancelled);
            }
        });

        Assert.Equal(("stopped", 5, 5), (totals.Status, (int)totals.Started, (int)totals.Ended(SessionOutcome.Succeeded)));
        Assert.Equal(495, totals.Dropped("stopped"));
    }

    [Theory]
    [InlineData("steps: [ { name: a, get: /items }, { name: b, get: /hang } ]")]
    [InlineData("steps: [ { name: a, get: /items }, { think: 1h } ]")]
    public async Task Run_Aborted_CancelsRequestsAndThinksAtOnceAndTearsDown(string steps)
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();
        _ = Hold(shop, "/hang");
        var plan = JourneyPlans.Of($"agents: 5\nduration: 1h\nsession: {{ timeout: 2h }}\njourneys: [ {{ name: j, setup: [ {{ get: /items }} ], {steps}, teardown: [ {{ name: bye, get: /items }} ] }} ]", shop.Url, ", timeout: 1h");
        var signalled = false;

        var totals = await host.RunAsync(plan, async (_, soFar) =>
        {
            if (!signalled && soFar.Batches.Sum(batch => batch.Metrics.Http.GetValueOrDefault("a")?.Count ?? 0) == 5)
            {
                signalled = true;
                await host.Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Abort, Reason: "aborted"), Cancelled);
            }
        });

        Assert.Equal("aborted", totals.Status);
        Assert.Equal((5, 5), (totals.Started, totals.Ended(SessionOutcome.Aborted)));
        Assert.All(totals.Sessions, record => Assert.Equal("run_aborted", record.Reason));
        Assert.Equal(5, totals.Batches.Sum(batch => batch.Metrics.Http.GetValueOrDefault("bye")?.Count ?? 0));
    }

    [Fact]
    public async Task Run_TargetHangsAtItsEnd_IsKeptNoLongerThanTheGracefulStop()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();
        _ = Hold(shop, "/orders");

        // Longer than a busy machine takes to start them: the run's clock runs from the claim.
        var totals = await host.RunAsync(JourneyPlans.Of("agents: 3\nduration: 3s\ngracefulStop: 500ms\n" + Buy, shop.Url, ", timeout: 1h"));

        Assert.Equal("completed", totals.Status);
        Assert.Equal((3, 3), (totals.Started, totals.Ended(SessionOutcome.Aborted)));
        Assert.All(totals.Sessions, record => Assert.Equal("run_end", record.Reason));
    }

    [Fact]
    public async Task Run_ScaledUpAndDown_CutsNoSession()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync();
        var plan = JourneyPlans.Of("agents: 2\nduration: 5m\n" + Buy, shop.Url);
        var (step, before) = (0, 0);

        var totals = await host.RunAsync(plan, async (_, soFar) =>
        {
            var slots = soFar.Sessions.Skip(before).Select(record => record.Slot).ToList();
            RunSignal? signal = step switch
            {
                0 when slots.Count > 4 => new RunSignal(RunSignalKind.Scale, 6),
                1 when slots.Distinct().Count() == 6 => new RunSignal(RunSignalKind.Scale, 1),
                2 when slots.Count > 20 && slots.TakeLast(10).All(slot => slot == 0) => new RunSignal(RunSignalKind.Stop),
                _ => null,
            };
            if (signal is { } given)
            {
                (step, before) = (step + 1, soFar.Sessions.Count);
                await host.Queue.SignalAsync(plan.Run, given, Cancelled);
            }
        });

        Assert.Equal("stopped", totals.Status);
        Assert.Equal(totals.Started, totals.Ended(SessionOutcome.Succeeded));
        Assert.Equal(4 * totals.Started, shop.Requests.Count);
    }

    [Fact]
    public async Task Run_TargetThatRefuses_IsNotHammeredByAgentsThatSpin()
    {
        var shop = await JourneyShop.StartAsync();
        var url = shop.Url;
        await shop.DisposeAsync();
        await using var host = await HostAsync();

        var totals = await host.RunAsync(JourneyPlans.Of("agents: 2\niterations: 16\n" + Buy, url));

        Assert.Equal("completed", totals.Status);
        Assert.Equal((16, 16, 16), (totals.Started, totals.Ended(SessionOutcome.Failed), totals.Sessions.Count));
        totals.ArePaced();
        Assert.All(totals.Sessions, record => Assert.StartsWith("connect: login", record.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_Loops_TellHowLateTheyAre()
    {
        await using var shop = await JourneyShop.StartAsync();
        await using var host = await HostAsync(change: static options => options.Loops = 2);

        var totals = await host.RunAsync(JourneyPlans.Of("agents: 8\nduration: 3s\n" + Buy, shop.Url));

        var loops = totals.Batches.SelectMany(batch => batch.Generator?.Loops ?? []).ToList();
        Assert.Contains(loops, loop => loop.Timers > 0);
        Assert.All(totals.Batches.Where(batch => batch.Generator is not null), batch => Assert.InRange(batch.Generator!.Loops.Length, 0, 2));
    }

    [Fact]
    public async Task Run_GoalsAndJourneys_AreMixedByTheirWeights()
    {
        await using var shop = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(Replies.Shopper);
        await using var host = await WorkerHost.StartAsync(server.Url);
        var journeys = JourneyPlans.Of("agents: 10\niterations: 60\njourneys: [ { name: j, weight: 2, steps: [ { name: listed, get: /items } ] } ]", shop.Url).Scenario.Journeys;
        var plan = Plans.Of(shop.Url, scenario => scenario with { Agents = 10, Iterations = 60, Journeys = journeys });
        var mix = new SessionMix(plan.Scenario);
        var expected = Enumerable.Range(0, 60).Count(i => mix.Pick(plan.Seed, i % 10, i / 10) == SessionMix.Goal);

        var totals = await host.RunAsync(plan);

        Assert.Equal(60, totals.Ended(SessionOutcome.Succeeded));
        Assert.Equal(expected, totals.Batches.Sum(batch => batch.Metrics.Goals.GetValueOrDefault(Plans.Goal)?.Succeeded ?? 0));
        Assert.Equal(60 - expected, totals.Batches.Sum(batch => batch.Metrics.Goals.GetValueOrDefault("j")?.Succeeded ?? 0));
        Assert.InRange(expected, 1, 59);
        Assert.Equal(expected, shop.Orders.Count);
    }

    private static Task<WorkerHost> HostAsync(IRunQueue? queue = null, Action<AgentOptions>? change = null) => WorkerHost.StartAsync(new Uri("http://127.0.0.1:9"), queue, change);

    /// <summary>Requests to a path are held until the source completes.</summary>
    private static TaskCompletionSource Hold(JourneyShop shop, string path)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shop.Fault = async context =>
        {
            if (context.Request.Path == path)
            {
                await gate.Task.WaitAsync(TestTimeouts.Default, context.RequestAborted);
            }
            return false;
        };
        return gate;
    }

    private static double Sum(string page, string metric, string label) => page.Split('\n')
        .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal) && line[metric.Length] is '{' or ' ')
        .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
}
