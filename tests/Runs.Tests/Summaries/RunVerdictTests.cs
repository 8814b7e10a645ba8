using System.Runtime.InteropServices;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>Thresholds over a whole run, and the exit code.</summary>
public sealed class RunVerdictTests
{
    private readonly FakeTimeProvider _time = new(TestRun.Started);

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

        var result = Assert.Single(KnownRuns.Of(_time, [(SessionOutcome.Succeeded, 6), (SessionOutcome.Failed, 1), (SessionOutcome.Stuck, 1),
            (SessionOutcome.AgentError, 2), (SessionOutcome.Aborted, 10)], threshold).Thresholds);

        Assert.Equal((metric, ok, value, value is null), (result.Name, result.Ok, result.Value, result.Inconclusive));
    }

    [Fact]
    public void Threshold_EveryMetricOfTheVocabulary_HasAValue()
    {
        var plan = TestRun.Plan(thresholds: [.. Scenarios.Thresholds.ThresholdMetrics.All
            .Select(metric => new ThresholdSpec(metric.Name, "<", 1e9, "< x", "cli"))]);
        var aggregate = new RunAggregate(plan, "embedded", "partial");
        aggregate.Add(KnownRuns.Batch(plan, _time));

        aggregate.Add(new RunState(plan.Run, "completed", TestRun.Started, 1, 1, 1, []));

        Assert.All(aggregate.Summarize(TestRun.Started.AddSeconds(20)).Thresholds, result => Assert.True(result.Ok, result.Name));
    }

    [Fact]
    public void Threshold_NextToItsLimit_IsComparedAsMeasured()
    {
        var result = Assert.Single(KnownRuns.Of(_time, [(SessionOutcome.Succeeded, 18999), (SessionOutcome.Failed, 1001)],
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
        var summary = KnownRuns.Of(_time, [(SessionOutcome.Succeeded, judged), (SessionOutcome.Aborted, 1)],
            new ThresholdSpec("session_success", ">=", thresholdHolds ? 0.5 : 1.5, "", "scenario"));

        Assert.Equal(exitCode, RunVerdict.ExitCode(summary with { Run = summary.Run with { Status = status } }, signal));
    }

    [Theory]
    [InlineData(1, null, 99)]
    [InlineData(0, null, 99)]
    [InlineData(1, PosixSignal.SIGINT, 130)]
    public void ExitCode_StoppedByAThreshold_Is99WhateverWasJudged(int judged, PosixSignal? signal, int exitCode)
    {
        var summary = KnownRuns.Of(_time, [(SessionOutcome.Succeeded, judged), (SessionOutcome.Aborted, 1)]);
        var stopped = summary with { Run = summary.Run with { Status = "aborted", Reason = "threshold: errors <= 0: 1 at 3 s" } };

        Assert.Equal(exitCode, RunVerdict.ExitCode(stopped, signal));
    }

    [Fact]
    public void ExitCode_OneSuccessAmongManyAgentErrors_FailsTheDefaultThreshold()
    {
        var summary = KnownRuns.Of(_time, [(SessionOutcome.Succeeded, 1), (SessionOutcome.AgentError, 99)],
            new ThresholdSpec("agent_error_rate", "<=", 0.05, "<= 0.05", "default"));

        Assert.Equal(1, summary.Sessions.SuccessRate);
        Assert.Equal(99, RunVerdict.ExitCode(summary, null));
    }
}
