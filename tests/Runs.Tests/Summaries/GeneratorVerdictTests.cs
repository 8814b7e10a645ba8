using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Summaries;

/// <summary>Whether a run says of itself that it measured the generator, and what it measured.</summary>
public sealed class GeneratorVerdictTests
{
    private readonly FakeTimeProvider _time = new(TestRun.Started);

    [Theory]
    [InlineData(0.9, 1, 0, "generator_cpu")]
    [InlineData(0.5, 300, 0, "threadpool_delay")]
    [InlineData(0.5, 1, 900, "late_starts")]
    [InlineData(0.85, 100, 400, null)]
    public void Suspect_SaturatedGenerator_SaysWhy(double cpu, int delay, int late, string? reason)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("g", TimeSpan.FromMilliseconds(late));
        var aggregate = KnownRuns.Aggregate();
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
        var aggregate = KnownRuns.Aggregate();
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
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(TestRun.Recorder(TestRun.Plan(), _time).Drain(final: false, new GeneratorSample(0.1, 1, 0, [])));

        Assert.Null(aggregate.Summarize(TestRun.Started).Generator.LoopDelayP99S);
    }

    [Theory]
    [InlineData(60, "use fewer --agents or more --think time")]
    [InlineData(5, "run longer: a short run measures its own start")]
    public void Measured_SaturatedGenerator_SaysSoAndWhatToChange(int seconds, string advice)
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("g", TimeSpan.Zero);
        recorder.Interval(new IntervalSample("g", TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero));
        var aggregate = KnownRuns.Aggregate();
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
        var aggregate = KnownRuns.Aggregate();
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
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(recorder.Drain(final: true));

        Assert.Equal(sentence, aggregate.Summarize(TestRun.Started).Measured);
    }

    [Fact]
    public void Measured_OfAJourneyOfOneStep_TellsOfItsRequests()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", 20));
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(recorder.Drain(final: true));

        Assert.Equal("the target: 1 requests, half of them within 20.0 ms and 99 % within 20.0 ms; its slowest operations come first",
            aggregate.Summarize(TestRun.Started).Measured);
    }

    [Fact]
    public void Measured_OfAJourneyWithASaturatedGenerator_BlamesIt()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.Action(TestRun.Action(recorder, "list", 20));
        var aggregate = KnownRuns.Aggregate();
        aggregate.Add(recorder.Drain(final: true, new GeneratorSample(0.97, 1, 0, [])));

        Assert.StartsWith("the generator: generator_cpu", aggregate.Summarize(TestRun.Started).Measured, StringComparison.Ordinal);
    }

    [Fact]
    public void Measured_NothingMeasured_SaysSo() =>
        Assert.StartsWith("nothing: ", KnownRuns.Aggregate().Summarize(TestRun.Started).Measured, StringComparison.Ordinal);
}
