using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Schemas;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

public sealed class SummaryTests
{
    private static readonly string[] DesignKeys =
    [
        "schema", "run", "sessions", "mtba", "ttft", "llm", "actions", "http", "groups", "load", "tokens", "cost_usd", "thresholds", "errors",
        "slowest", "generator", "measured",
    ];

    private readonly FakeTimeProvider _time = new(TestRun.Started);

    [Fact]
    public void Summary_OfAKnownRun_IsTheGoldenFile()
    {
        var json = JsonSerializer.Serialize(KnownRuns.Known(_time), RunsJson.Indented.RunSummary);

        Assert.Equal(TestRun.Golden("summary.json").TrimEnd(), json);
    }

    [Fact]
    public void Summary_OfAKnownRun_HasTheKeysAndOrderOfTheDesign()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(KnownRuns.Known(_time), RunsJson.Line.RunSummary));

        Assert.Equal(DesignKeys, json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["id", "scenario", "status", "started", "duration_s", "seed", "agents", "workers", "mode", "oracle", "feed",
            "plan_sha256", "data_sha256", "suspect", "edited", "reason"], Names(json.RootElement.GetProperty("run")));
        Assert.Equal(["started", "succeeded", "failed", "stuck", "agent_error", "aborted", "success_rate", "agent_error_rate",
            "recoveries", "pass_k", "duration", "actions", "by_goal"], Names(json.RootElement.GetProperty("sessions")));
        Assert.Equal(["count", "mean", "p50", "p90", "p95", "p99", "max", "active", "parts", "dominant"], Names(json.RootElement.GetProperty("mtba")));
        Assert.Equal(["cpu", "rss_bytes", "gc_pause_share", "threadpool_delay_p99_s", "loop_delay_p99_s", "records_dropped", "saturated"],
            Names(json.RootElement.GetProperty("generator")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Summary_AnyRun_FitsTheSchema(bool empty)
    {
        var summary = empty ? KnownRuns.Aggregate().Summarize(_time.GetUtcNow()) : KnownRuns.Known(_time);
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(summary, RunsJson.Line.RunSummary));
        using var schema = JsonDocument.Parse(SummarySchema.Text);

        Assert.Empty(SchemaShape.Errors(schema.RootElement, schema.RootElement, json.RootElement, "$"));
        using var broken = JsonDocument.Parse(json.RootElement.GetRawText().Replace("\"cost_usd\":", "\"cost\":", StringComparison.Ordinal));
        Assert.NotEmpty(SchemaShape.Errors(schema.RootElement, schema.RootElement, broken.RootElement, "$"));
    }

    [Fact]
    public void Summary_ReadBack_IsEqual()
    {
        var json = JsonSerializer.Serialize(KnownRuns.Known(_time), RunsJson.Line.RunSummary);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, RunsJson.Line.RunSummary)!, RunsJson.Line.RunSummary));
    }

    [Fact]
    public void Add_BatchesInAnyOrder_GivesTheSameSummary()
    {
        var batches = Enumerable.Range(0, 8).Select(i =>
        {
            var recorder = TestRun.Recorder(TestRun.Plan(50), _time, worker: $"w{i % 3}");
            for (var j = 0; j <= i; j++)
            {
                recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
                recorder.Action(TestRun.Action(recorder, $"op-{j}", (20 * i) + j + 1));
                recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded), TimeSpan.FromSeconds(i + 1), j);
            }
            return recorder.Drain(final: false);
        }).ToList();

        string Summarize(IEnumerable<SnapshotBatch> ordered)
        {
            var aggregate = KnownRuns.Aggregate();
            aggregate.Add(new RunState(TestRun.Id, "completed", TestRun.Started, 1, 1, 0, [.. ordered]));
            return JsonSerializer.Serialize(aggregate.Summarize(TestRun.Started.AddSeconds(20)), RunsJson.Line.RunSummary);
        }

        var expected = Summarize(batches);
        var random = new Random(3);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(expected, Summarize(batches.OrderBy(_ => random.Next())));
        }
    }

    [Fact]
    public void Http_JourneysAndGoals_StandAsInTheScenarioThenByNumber()
    {
        static StepSpec Get(string? name, string path) => new() { Name = name, Request = new RequestSpec { Method = "GET", Path = path } };
        var plan = TestRun.Plan();
        plan = plan with
        {
            Scenario = plan.Scenario with
            {
                Journeys =
                [
                    new JourneySpec
                    {
                        Name = "j",
                        Setup = [Get("zz-setup", "/s")],
                        Steps = [Get("open", "/o"), new StepSpec { Group = "z-first", Steps = [Get(null, "/orders/{{id}}?a=1"), new StepSpec { Group = "inner", Steps = [Get("look", "/l")] }] }],
                        Teardown = [Get("bye", "/b")],
                    },
                    new JourneySpec { Name = "k", Steps = [Get("open", "/o"), new StepSpec { Group = "a-second", Steps = [Get("again", "/a")] }] },
                ],
            },
        };
        var recorder = TestRun.Recorder(plan, _time);
        foreach (var name in new[] { "tool-b", "again", "bye", "GET /orders/{id}", "look", "open", "zz-setup", "tool-a", "tool-c", "tool-c" })
        {
            recorder.Action(TestRun.Action(recorder, name, 1));
        }
        foreach (var name in new[] { "a-second", "inner", "z-first", "z-first" })
        {
            recorder.GroupEnded(recorder.Group(name), TimeSpan.FromSeconds(2));
        }
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, [recorder.Drain(final: true)]));

        var summary = aggregate.Summarize(TestRun.Started.AddSeconds(1));

        Assert.Equal(["zz-setup", "open", "GET /orders/{id}", "look", "bye", "again", "tool-c", "tool-a", "tool-b"], summary.Http.Select(operation => operation.Operation));
        Assert.Equal([("z-first", 2), ("inner", 1), ("a-second", 1)], summary.Groups.Select(group => (group.Name, (int)group.Count)));
        Assert.Equal(2, summary.Groups[0].Duration.Mean);
    }

    [Fact]
    public void Rates_ByDefinition_LeaveAgentErrorsAndAbortedOut()
    {
        var sessions = KnownRuns.Of(_time, [(SessionOutcome.Succeeded, 6), (SessionOutcome.Failed, 1), (SessionOutcome.Stuck, 1),
            (SessionOutcome.AgentError, 2), (SessionOutcome.Aborted, 10)]).Sessions;

        Assert.Equal(0.75, sessions.SuccessRate);
        Assert.Equal(0.2, sessions.AgentErrorRate);
    }

    [Fact]
    public void Rates_NothingJudged_AreNull()
    {
        var sessions = KnownRuns.Of(_time, [(SessionOutcome.Aborted, 3)]).Sessions;

        Assert.Null(sessions.SuccessRate);
        Assert.Null(sessions.AgentErrorRate);
        Assert.Null(sessions.PassK["1"]);
        Assert.Null(sessions.PassK["4"]);
    }

    [Fact]
    public void Aborted_SessionsNeverHeardOfAgain_AreAbortedOnceTheRunHasEnded()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("g", TimeSpan.Zero);
        recorder.SessionStarted("g", TimeSpan.Zero);
        recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded, goal: "g"), TimeSpan.FromSeconds(1), 1);
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, [recorder.Drain(final: false)]));

        Assert.Equal(0, aggregate.Summarize(TestRun.Started).Sessions.Aborted);
        aggregate.Add(new RunState(TestRun.Id, "stopped", TestRun.Started, 1, 1, 0, []));
        Assert.Equal(1, aggregate.Summarize(TestRun.Started).Sessions.Aborted);
    }

    [Theory]
    [InlineData(10, 10, 4, 1.0)]
    [InlineData(10, 5, 4, 5.0 * 4 * 3 * 2 / (10 * 9 * 8 * 7))]
    [InlineData(10, 3, 4, 0.0)]
    [InlineData(10, 5, 1, 0.5)]
    public void PassK_OneGoal_IsTheUnbiasedEstimate(int judged, int succeeded, int k, double expected)
    {
        var goal = new GoalOutcomes { Succeeded = succeeded, Failed = judged - succeeded, AgentError = 5 };

        Assert.Equal(expected, Rates.PassK([goal], k)!.Value, 10);
    }

    [Fact]
    public void PassK_SeveralGoals_IsTheMeanOfThoseWithEnoughSessions()
    {
        GoalOutcomes[] goals = [new() { Succeeded = 4 }, new() { Succeeded = 2, Stuck = 2 }, new() { Succeeded = 3 }];

        Assert.Equal(0.5, Rates.PassK(goals, 4));
        Assert.Equal((1 + 0.5 + 1) / 3, Rates.PassK(goals, 1)!.Value, 10);
    }

    [Fact]
    public void Http_BytesAndConnections_AreNullWhereNobodyCounts()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", 20));
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(recorder.Drain(final: false));

        var untold = Assert.Single(aggregate.Summarize(TestRun.Started).Http);
        Assert.Equal((null, null, null, null), (untold.BytesSent, untold.BytesReceived, untold.Connections, untold.ReuseShare));

        for (var i = 0; i < 3; i++)
        {
            recorder.Action(TestRun.Action(recorder, "list", 20) with { BytesSent = 10, BytesReceived = 20, NewConnection = i == 0 });
        }
        aggregate.Add(recorder.Drain(final: true));

        var told = Assert.Single(aggregate.Summarize(TestRun.Started).Http);
        Assert.Equal((30L, 60L, 1L, 0.75), (told.BytesSent, told.BytesReceived, told.Connections, told.ReuseShare));
    }

    [Fact]
    public void Load_RatesReached_AreTheMeanAndTheBusiestSecond()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []));
        // A report that comes late is divided over its seconds; one of a few milliseconds is no rate of its own.
        (double At, int Sessions)[] ticks = [(1, 10), (2, 30), (4, 36), (4.125, 4)];
        foreach (var (at, sessions) in ticks)
        {
            _time.Advance(TestRun.Started.AddSeconds(at) - _time.GetUtcNow());
            for (var i = 0; i < sessions; i++)
            {
                recorder.SessionStarted("g", TimeSpan.Zero);
                recorder.Action(TestRun.Action(recorder, "list", 1));
                recorder.Action(TestRun.Action(recorder, "list", 1));
            }
            aggregate.Add(recorder.Drain(final: false));
        }

        var load = aggregate.Summarize(TestRun.Started.AddSeconds(8)).Load;

        Assert.Equal((10.0, 30.0, 20.0, 60.0), (load.SessionsPerS, load.PeakSessionsPerS, load.RequestsPerS, load.PeakRequestsPerS));
    }

    [Theory]
    [InlineData(0.95, null)]
    [InlineData(1.5, 16.0)]
    public void Load_ShortRun_BusiestSecondIsNeverBelowTheMean(double seconds, double? expected)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []));
        Act(1, 12);
        Act(1.5, 12);

        var load = aggregate.Summarize(TestRun.Started.AddSeconds(seconds)).Load;

        Assert.Equal((expected, expected), (load.PeakSessionsPerS, load.PeakRequestsPerS));

        void Act(double at, int sessions)
        {
            _time.Advance(TestRun.Started.AddSeconds(at) - _time.GetUtcNow());
            for (var i = 0; i < sessions; i++)
            {
                recorder.SessionStarted("g", TimeSpan.Zero);
                recorder.Action(TestRun.Action(recorder, "list", 1));
            }
            aggregate.Add(recorder.Drain(final: false));
        }
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
