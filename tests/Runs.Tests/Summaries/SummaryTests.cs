using System.Runtime.InteropServices;
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
        var json = JsonSerializer.Serialize(KnownRun(), RunsJson.Indented.RunSummary);

        Assert.Equal(TestRun.Golden("summary.json").TrimEnd(), json);
    }

    [Fact]
    public void Summary_OfAKnownRun_HasTheKeysAndOrderOfTheDesign()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(KnownRun(), RunsJson.Line.RunSummary));

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
        var summary = empty ? Aggregate().Summarize(_time.GetUtcNow()) : KnownRun();
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(summary, RunsJson.Line.RunSummary));
        using var schema = JsonDocument.Parse(SummarySchema.Text);

        Assert.Empty(SchemaShape.Errors(schema.RootElement, schema.RootElement, json.RootElement, "$"));
        using var broken = JsonDocument.Parse(json.RootElement.GetRawText().Replace("\"cost_usd\":", "\"cost\":", StringComparison.Ordinal));
        Assert.NotEmpty(SchemaShape.Errors(schema.RootElement, schema.RootElement, broken.RootElement, "$"));
    }

    [Fact]
    public void Summary_ReadBack_IsEqual()
    {
        var json = JsonSerializer.Serialize(KnownRun(), RunsJson.Line.RunSummary);

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
            var aggregate = Aggregate();
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
        var sessions = Run([(SessionOutcome.Succeeded, 6), (SessionOutcome.Failed, 1), (SessionOutcome.Stuck, 1),
            (SessionOutcome.AgentError, 2), (SessionOutcome.Aborted, 10)]).Sessions;

        Assert.Equal(0.75, sessions.SuccessRate);
        Assert.Equal(0.2, sessions.AgentErrorRate);
    }

    [Fact]
    public void Rates_NothingJudged_AreNull()
    {
        var sessions = Run([(SessionOutcome.Aborted, 3)]).Sessions;

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
        var aggregate = Aggregate();
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

    [Theory]
    [InlineData(0.9, 1, 0, "generator_cpu")]
    [InlineData(0.5, 300, 0, "threadpool_delay")]
    [InlineData(0.5, 1, 900, "late_starts")]
    [InlineData(0.85, 100, 400, null)]
    public void Suspect_SaturatedGenerator_SaysWhy(double cpu, int delay, int late, string? reason)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("g", TimeSpan.FromMilliseconds(late));
        var aggregate = Aggregate();
        aggregate.Add(recorder.Drain(final: false, new GeneratorSample(cpu, 1, 0, [TimeSpan.FromMilliseconds(delay)])));

        var summary = aggregate.Summarize(TestRun.Started);

        Assert.Equal(reason is not null, summary.Generator.Saturated);
        if (reason is null)
        {
            Assert.Empty(summary.Run.Suspect);
        }
        else
        {
            Assert.StartsWith(reason, Assert.Single(summary.Run.Suspect), StringComparison.Ordinal);
            // Nothing was measured in this run, and a generator that had nothing to do is not to blame for that.
            Assert.StartsWith("nothing: no session made two actions", summary.Measured, StringComparison.Ordinal);
            Assert.Contains(reason, summary.Measured, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(40, false)]
    public void Suspect_LoopsThatAreLate_SaySo(int milliseconds, bool suspect)
    {
        var aggregate = Aggregate();
        GeneratorSample Sample(int p99, long timers) => new(0.1, 1, 0, []) { Loops = [new LoopSample(timers, TimeSpan.FromMilliseconds(p99)), new LoopSample(0, TimeSpan.FromSeconds(9))] };
        aggregate.Add(TestRun.Recorder(TestRun.Plan(), _time).Drain(final: false, Sample(0, 1)));
        aggregate.Add(TestRun.Recorder(TestRun.Plan(), _time).Drain(final: false, Sample(milliseconds, 1_000_000)));

        var summary = aggregate.Summarize(TestRun.Started);

        Assert.Equal(milliseconds / 1000.0, summary.Generator.LoopDelayP99S!.Value, 4);
        Assert.Equal(suspect, summary.Run.Suspect.Any(reason => reason.StartsWith("loop_delay: p99 0.060 s (limit 0.050 s)", StringComparison.Ordinal)));
    }

    [Fact]
    public void Suspect_WithoutLoops_HasNoLoopDelay()
    {
        var aggregate = Aggregate();
        aggregate.Add(TestRun.Recorder(TestRun.Plan(), _time).Drain(final: false, new GeneratorSample(0.1, 1, 0, [])));

        Assert.Null(aggregate.Summarize(TestRun.Started).Generator.LoopDelayP99S);
    }

    [Fact]
    public void Http_BytesAndConnections_AreNullWhereNobodyCounts()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", 20));
        var aggregate = Aggregate();
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
        var aggregate = Aggregate();
        aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []));
        // A tick that comes early belongs to the second that it is in, one that comes late is divided.
        (double At, int Sessions)[] ticks = [(0.01, 1), (1.01, 9), (2.01, 30), (4.01, 40)];
        foreach (var (at, sessions) in ticks)
        {
            for (var i = 0; i < sessions; i++)
            {
                recorder.SessionStarted("g", TimeSpan.Zero);
                recorder.Action(TestRun.Action(recorder, "list", 1));
                recorder.Action(TestRun.Action(recorder, "list", 1));
            }
            aggregate.Add(recorder.Drain(final: false));
            aggregate.TakeInterval(TestRun.Started.AddSeconds(at), draining: false);
        }

        var load = aggregate.Summarize(TestRun.Started.AddSeconds(8)).Load;

        Assert.Equal((10.0, 30.0, 20.0, 60.0), (load.SessionsPerS, load.PeakSessionsPerS, load.RequestsPerS, load.PeakRequestsPerS));
    }

    [Theory]
    [InlineData(0.95, null)]
    [InlineData(2, 15.0)]
    public void Load_ShortRun_BusiestSecondIsNeverBelowTheMean(double seconds, double? expected)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        var aggregate = Aggregate();
        aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, []));
        Act(10);
        aggregate.TakeInterval(TestRun.Started.AddSeconds(0.95), draining: false);
        Act(20);

        var load = aggregate.Summarize(TestRun.Started.AddSeconds(seconds)).Load;

        Assert.Equal((expected, expected), (load.PeakSessionsPerS, load.PeakRequestsPerS));

        void Act(int sessions)
        {
            for (var i = 0; i < sessions; i++)
            {
                recorder.SessionStarted("g", TimeSpan.Zero);
                recorder.Action(TestRun.Action(recorder, "list", 1));
            }
            aggregate.Add(recorder.Drain(final: false));
        }
    }

    [Theory]
    [InlineData(60, "use fewer --agents or more --think time")]
    [InlineData(5, "run longer: a short run measures its own start")]
    public void Measured_SaturatedGenerator_SaysSoAndWhatToChange(int seconds, string advice)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("g", TimeSpan.Zero);
        recorder.Interval(new IntervalSample("g", TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero));
        var aggregate = Aggregate();
        aggregate.Add(new RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, [recorder.Drain(final: false, new GeneratorSample(0.97, 1, 0, []))]));

        Assert.Equal($"the generator: generator_cpu: 0.97 of all cores (limit 0.85); {advice}", aggregate.Summarize(TestRun.Started.AddSeconds(seconds)).Measured);
    }

    [Theory]
    [InlineData(70, 20, 5, "think", "the users' think time: 70 % of MTBA is think time, 20 % model, 5 % target; ")]
    [InlineData(1, 80, 10, "model", "the model: 80 % of MTBA is model time, 10 % target, 7 % unaccounted; ")]
    [InlineData(1, 2, 90, "target", "the target: 90 % of MTBA is target time, 5 % unaccounted, 2 % model; ")]
    public void Measured_ByLargestPart_NamesItAndItsShare(int think, int model, int target, string dominant, string sentence)
    {
        static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Interval(new IntervalSample("g", Ms(100), Ms(think), Ms(model), TimeSpan.Zero, Ms(target), Ms(2)));
        var aggregate = Aggregate();
        aggregate.Add(recorder.Drain(final: true));

        var summary = aggregate.Summarize(TestRun.Started);

        Assert.Equal(dominant, summary.Mtba.Dominant);
        Assert.StartsWith(sentence, summary.Measured, StringComparison.Ordinal);
        var parts = summary.Mtba.Parts;
        Assert.Equal(summary.Mtba.Mean!.Value,
            (parts.Think + parts.Model + parts.Gateway + parts.Target + parts.Harness + parts.Unaccounted)!.Value, 5);
    }

    [Theory]
    [InlineData(900, 95, 3, "the target: 95 % of the time without think is target time, 3 % harness, 2 % unaccounted; its slowest operations come first")]
    [InlineData(900, 20, 70, "the generator: 70 % of the time without think is harness time, 20 % target, 10 % unaccounted; use fewer --agents or more --think time")]
    [InlineData(0, 97, 3, "the target: 97 % of the time without think is target time, 3 % harness; its slowest operations come first")]
    public void Measured_OfAJourney_LeavesThinkTimeOut(int think, int target, int harness, string sentence)
    {
        static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", target));
        recorder.Interval(new IntervalSample("g", Ms(think + 100), Ms(think), TimeSpan.Zero, TimeSpan.Zero, Ms(target), Ms(harness)));
        var aggregate = Aggregate();
        aggregate.Add(recorder.Drain(final: true));

        Assert.Equal(sentence, aggregate.Summarize(TestRun.Started).Measured);
    }

    [Fact]
    public void Measured_OfAJourneyOfOneStep_TellsOfItsRequests()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", 20));
        var aggregate = Aggregate();
        aggregate.Add(recorder.Drain(final: true));

        Assert.Equal("the target: 1 requests, half of them within 20.0 ms and 99 % within 20.0 ms; its slowest operations come first",
            aggregate.Summarize(TestRun.Started).Measured);
    }

    [Fact]
    public void Measured_OfAJourneyWithASaturatedGenerator_BlamesIt()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", 20));
        var aggregate = Aggregate();
        aggregate.Add(recorder.Drain(final: true, new GeneratorSample(0.97, 1, 0, [])));

        Assert.StartsWith("the generator: generator_cpu", aggregate.Summarize(TestRun.Started).Measured, StringComparison.Ordinal);
    }

    [Fact]
    public void Measured_NothingMeasured_SaysSo() =>
        Assert.StartsWith("nothing: ", Aggregate().Summarize(TestRun.Started).Measured, StringComparison.Ordinal);

    [Theory]
    [InlineData("session_success", ">=", 0.75, true, 0.75)]
    [InlineData("session_success", ">", 0.75, false, 0.75)]
    [InlineData("agent_error_rate", "<=", 0.05, false, 0.2)]
    [InlineData("sessions", "==", 20, true, 20.0)]
    [InlineData("errors", "<=", 2, true, 2.0)]
    [InlineData("cost_usd", "<", 0.5, false, 0.5)]
    [InlineData("http_max{operation=checkout}", "<", 0.3, true, 0.25)]
    [InlineData("http_max", "<", 0.3, false, 0.4)]
    [InlineData("http_max{operation=nothing}", "<", 0.3, false, null)]
    [InlineData("http_error_rate", "<=", 0.5, true, 0.333333)]
    [InlineData("http_error_rate{operation=checkout}", "==", 0, true, 0.0)]
    [InlineData("action_max", ">=", 0.4, true, 0.4)]
    [InlineData("session_duration_max", "<", 2, true, 1.0)]
    [InlineData("mtba_max", "==", 0.2, true, 0.2)]
    [InlineData("mtba_active_max", "==", 0.15, true, 0.15)]
    [InlineData("ttft_p95", "<", 1, false, null)]
    [InlineData("ttfb_max", "<=", 0.125, true, 0.125)]
    [InlineData("ttfb_max{operation=list}", "<", 1, false, null)]
    [InlineData("http_reqs", "==", 3, true, 3.0)]
    [InlineData("http_reqs{operation=list}", ">=", 2, false, 1.0)]
    [InlineData("http_reqs{operation=nothing}", "<", 2, false, null)]
    [InlineData("http_rate", ">=", 0.15, true, 0.15)]
    [InlineData("http_rate{operation=GET /orders/{id}}", "<", 0.04, false, 0.05)]
    [InlineData("check_errors", "==", 1, true, 1.0)]
    [InlineData("check_errors{operation=checkout}", "<=", 0, true, 0.0)]
    [InlineData("sessions_dropped", "<=", 0, false, 2.0)]
    [InlineData("no_such_metric", "<", 1, false, null)]
    public void Threshold_OnAMetric_ComparesItsValue(string metric, string op, double limit, bool ok, double? value)
    {
        var threshold = new ThresholdSpec(metric, op, limit, $"{op} {limit}", "scenario");

        var result = Assert.Single(Run([(SessionOutcome.Succeeded, 6), (SessionOutcome.Failed, 1), (SessionOutcome.Stuck, 1),
            (SessionOutcome.AgentError, 2), (SessionOutcome.Aborted, 10)], threshold).Thresholds);

        Assert.Equal((metric, ok, value, value is null), (result.Name, result.Ok, result.Value, result.Inconclusive));
    }

    [Fact]
    public void Threshold_EveryMetricOfTheVocabulary_HasAValue()
    {
        var plan = TestRun.Plan(thresholds: [.. Scenarios.Thresholds.ThresholdMetrics.All
            .Select(metric => new ThresholdSpec(metric.Name, "<", 1e9, "< x", "cli"))]);
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(KnownBatch(plan));

        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, []));

        Assert.All(aggregate.Summarize(TestRun.Started.AddSeconds(20)).Thresholds, result => Assert.True(result.Ok, result.Name));
    }

    [Fact]
    public void Threshold_NextToItsLimit_IsComparedAsMeasured()
    {
        var result = Assert.Single(Run([(SessionOutcome.Succeeded, 18999), (SessionOutcome.Failed, 1001)],
            new ThresholdSpec("session_success", ">=", 0.95, ">= 0.95", "scenario")).Thresholds);

        Assert.Equal((0.94995, false), (result.Value, result.Ok));
    }

    [Theory]
    [InlineData("completed", 1, true, null, 0)]
    [InlineData("stopped", 1, true, null, 0)]
    [InlineData("completed", 1, false, null, 99)]
    [InlineData("completed", 0, false, null, 3)]
    [InlineData("budget", 1, false, null, 4)]
    [InlineData("budget", 0, false, null, 4)]
    [InlineData("aborted", 1, true, null, 5)]
    [InlineData("aborted", 1, false, null, 99)]
    [InlineData("interrupted", 1, false, null, 130)]
    [InlineData("interrupted", 1, false, PosixSignal.SIGINT, 130)]
    [InlineData("budget", 0, false, PosixSignal.SIGTERM, 143)]
    public void ExitCode_ByPrecedence(string status, int judged, bool thresholdHolds, PosixSignal? signal, int exitCode)
    {
        var summary = Run([(SessionOutcome.Succeeded, judged), (SessionOutcome.Aborted, 1)],
            new ThresholdSpec("session_success", ">=", thresholdHolds ? 0.5 : 1.5, "", "scenario"));

        Assert.Equal(exitCode, RunVerdict.ExitCode(summary with { Run = summary.Run with { Status = status } }, signal));
    }

    [Theory]
    [InlineData(1, null, 99)]
    [InlineData(0, null, 99)]
    [InlineData(1, PosixSignal.SIGINT, 130)]
    public void ExitCode_StoppedByAThreshold_Is99WhateverWasJudged(int judged, PosixSignal? signal, int exitCode)
    {
        var summary = Run([(SessionOutcome.Succeeded, judged), (SessionOutcome.Aborted, 1)]);
        var stopped = summary with { Run = summary.Run with { Status = "aborted", Reason = "threshold: errors <= 0: 1 at 3 s" } };

        Assert.Equal(exitCode, RunVerdict.ExitCode(stopped, signal));
    }

    [Fact]
    public void ExitCode_OneSuccessAmongManyAgentErrors_FailsTheDefaultThreshold()
    {
        var summary = Run([(SessionOutcome.Succeeded, 1), (SessionOutcome.AgentError, 99)],
            new ThresholdSpec("agent_error_rate", "<=", 0.05, "<= 0.05", "default"));

        Assert.Equal(1, summary.Sessions.SuccessRate);
        Assert.Equal(99, RunVerdict.ExitCode(summary, null));
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);

    private static RunAggregate Aggregate() => new(TestRun.Plan(), "embedded", "partial");

    private RunSummary Run((SessionOutcome Outcome, int Count)[] sessions, params ThresholdSpec[] thresholds)
    {
        var plan = TestRun.Plan(thresholds: [.. thresholds]);
        var recorder = TestRun.Recorder(plan, _time);
        foreach (var (outcome, count) in sessions)
        {
            for (var i = 0; i < count; i++)
            {
                recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
                recorder.SessionEnded(TestRun.Session(outcome, sampled: false), TimeSpan.FromSeconds(1), 2);
            }
        }
        recorder.Action(TestRun.Action(recorder, "checkout", 250));
        recorder.Action(TestRun.Action(recorder, "list", 400, 0, "timeout"));
        recorder.Action(TestRun.Action(recorder, "GET /orders/{id}", 100, 200, "check", "GET"));
        recorder.IterationDropped("no_free_agent");
        recorder.IterationDropped("run_end");
        recorder.Interval(new IntervalSample("buy-coffee", TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(50), default, default, default, default));
        recorder.ModelCall(new ModelUse("p", "m", TimeSpan.FromSeconds(1), default, null, 1, 1, false, 0.5m, 0));
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, [recorder.Drain(final: true)]));
        return aggregate.Summarize(TestRun.Started.AddSeconds(20));
    }

    private SnapshotBatch KnownBatch(Scenarios.Planning.RunPlan plan)
    {
        var recorder = TestRun.Recorder(plan, _time);
        foreach (var outcome in Enum.GetValues<SessionOutcome>())
        {
            recorder.SessionStarted("buy-coffee", TimeSpan.FromMilliseconds(2));
            recorder.SessionEnded(TestRun.Session(outcome), TimeSpan.FromSeconds(1.25), 5);
        }
        recorder.Action(TestRun.Action(recorder, "checkout", 30) with { BytesSent = 310, BytesReceived = 1200, NewConnection = true });
        recorder.Action(TestRun.Action(recorder, "checkout", 900, 503, "http_503") with { BytesSent = 310, BytesReceived = 90, Retries = 1 });
        recorder.Action(TestRun.Action(recorder, "listProducts", 12, 200, method: "GET"));
        recorder.GroupEnded(recorder.Group("buy"), TimeSpan.FromSeconds(1.25));
        recorder.Rejected("nope");
        recorder.Recovery("reauth");
        recorder.Edited("gateway: configuration 1 became 2");
        recorder.IterationDropped("no_slot");
        recorder.Error(new ErrorSample("model_timeout", "model", TestRun.TraceOf(TestRun.Trace)));
        recorder.Interval(new IntervalSample("buy-coffee", TimeSpan.FromMilliseconds(213), TimeSpan.FromMilliseconds(80),
            TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(1)));
        recorder.ModelCall(new ModelUse("builtin", "planner", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(5),
            TimeSpan.FromMilliseconds(40), 1200, 80, true, 0.0012m, 1));
        return recorder.Drain(final: true, new GeneratorSample(0.41, 210_000_000, 0.004, [TimeSpan.FromMilliseconds(2)])
        {
            Loops = [new LoopSample(100, TimeSpan.FromMilliseconds(1.5))],
        });
    }

    private RunSummary KnownRun()
    {
        var plan = TestRun.Plan(thresholds:
        [
            new ThresholdSpec("session_success", ">=", 0.95, ">= 0.95", "scenario"),
            new ThresholdSpec("http_p95{operation=logout}", "<", 0.3, "< 300ms", "cli"),
            new ThresholdSpec("mtba_active_p95", "<", 1, "< 1s", "default"),
        ]);
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, [KnownBatch(plan)]));
        aggregate.TakeInterval(TestRun.Started.AddSeconds(1), draining: false);
        return aggregate.Summarize(TestRun.Started.AddSeconds(20.8));
    }
}
