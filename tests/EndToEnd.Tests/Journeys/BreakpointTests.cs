using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>The search for a breakpoint, on targets that break where the test has planted it.</summary>
public sealed class BreakpointTests
{
    private const int MostAttempts = 4;

    [Fact]
    public async Task Start_AgentsUntilTheTargetRefuses_FindsThePlantedNumber()
    {
        const int Most = 6;
        using var directory = new TempDirectory();
        var active = 0;
        await using var target = await JourneyTarget.StartAsync(async (context, _) =>
        {
            var isRefused = Interlocked.Increment(ref active) > Most;
            try
            {
                if (!isRefused)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, context.RequestAborted);
                }
            }
            finally
            {
                // Before the answer: by then the client may be back. And where it has gone: a run that ends cuts what is under way.
                Interlocked.Decrement(ref active);
            }
            await AnswerAsync(context, isRefused);
        });

        var search = await SearchAsync(directory, target, "{ shape: breakpoint, from: 2, to: 30, by: 4, every: 1s, until: { http_error_rate: \"< 1%\" } }", "agents");

        // So many can never be refused. One more is, unless it is always on its way when the others are there: on a busy machine.
        Assert.InRange(search.LastGood!.Value, Most, Most + 2);
        Assert.Equal(1, search.FirstBroken - search.LastGood);
        Assert.Equal("http_error_rate", search.Threshold!.Name);
        Assert.True(search.Threshold.Value >= 0.01, $"{search.Threshold}");
    }

    [Fact]
    public async Task Start_RatesUntilTheTargetRefuses_FindsThePlantedRate()
    {
        const double PerSecond = 137;
        const double Precision = 30;
        using var directory = new TempDirectory();
        var bucket = new Bucket(PerSecond, 60, TimeProvider.System);
        await using var target = await JourneyTarget.StartAsync((context, _) => AnswerAsync(context, !bucket.TryTake()));

        var search = await SearchAsync(directory, target, "{ shape: breakpoint, from: 100/s, to: 1000/s, by: 100/s, every: 2s, precision: 30/s, until: { http_error_rate: \"< 5%\" } }", "sessions_per_s", isMade: IsMade);

        Assert.InRange(search.FirstBroken!.Value - search.LastGood!.Value, 0, Precision);
        Assert.InRange(PerSecond, search.LastGood.Value - Precision, search.FirstBroken.Value + Precision);
        // What was asked for came, at the levels that the answer is made of.
        Assert.True(IsMade(search), string.Join('\n', search.Levels));

        static bool IsMade(BreakpointSummary search) => search.Levels.Where(static level => level.Verdict == "held").All(static level => Math.Abs(level.SessionsPerS - level.Level) <= 0.1 * level.Level);
    }

    [Fact]
    public async Task Start_TargetThatHoldsAll_SaysSoAndEndsEarly()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var search = await SearchAsync(directory, target, "{ shape: breakpoint, from: 10/s, to: 20/s, by: 10/s, every: 1s }", "sessions_per_s", "held");

        Assert.Equal((20.0, null, null), (search.LastGood, search.FirstBroken, search.Threshold));
    }

    [Fact]
    public async Task Start_DurationThatEndsTheSearch_HasNoAnswerAndExits5()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 5, Scenario(target, "{ shape: breakpoint, to: 20, by: 1, every: 1s }"), "--duration", "6s");

        Assert.Equal(("breakpoint", "unfinished"), (run.Summary.Load.Shape, run.Summary.Load.Breakpoint!.Outcome));
        Assert.Contains("not found before the run ended", run.Result.Out, StringComparison.Ordinal);
    }

    /// <summary>
    /// Runs a search to its answer. A machine so busy that the generator cannot make the load, or that there is no answer at all within a level, gives none, which is right, and proves
    /// nothing: it is searched again.
    /// </summary>
    private static async Task<BreakpointSummary> SearchAsync(TempDirectory directory, JourneyTarget target, string load, string unit, string outcome = "found", Func<BreakpointSummary, bool>? isMade = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            directory.Write(JourneyRun.File, Scenario(target, load));
            var result = await ApeProcess.RunAsync(directory, "start", JourneyRun.File, "--quiet", "--duration", "45s");
            var disk = await RunOnDisk.ReadAsync(directory);
            var summary = disk.Summary;
            var search = summary.Load.Breakpoint!;
            var isIdle = (search.Outcome is "generator" or "unfinished" && search.Levels.Any(static level => level.Verdict == "generator"))
                || search.Levels.Any(static level => level.Threshold is { Value: null }) || isMade?.Invoke(search) is false;
            if (isIdle && attempt < MostAttempts)
            {
                Directory.Delete(disk.Directory.Path, recursive: true);
                continue;
            }
            result.Exits(0);
            Assert.Equal((outcome, unit, "completed", "breakpoint"), (search.Outcome, search.Unit, summary.Run.Status, summary.Load.Shape));
            Assert.Empty(summary.Run.Edited);
            Assert.Contains("Breakpoint", result.Out, StringComparison.Ordinal);
            return search;
        }
    }

    private static string Scenario(JourneyTarget target, string load) => $$"""
        target: { url: "{{target.Url}}" }
        load: {{load}}
        journeys: [ { steps: [ { name: a, get: /t/a } ] } ]
        """;

    private static Task AnswerAsync(HttpContext context, bool isRefused)
    {
        context.Response.StatusCode = isRefused ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return context.Response.WriteAsync("{}", context.RequestAborted);
    }

    /// <summary>Lets so many pass in a second, and a burst. Thread-safe.</summary>
    private sealed class Bucket(double perSecond, double most, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private readonly double _most = most;
        private double _tokens = most;
        private long _at = time.GetTimestamp();

        public bool TryTake()
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                _tokens = Math.Min(_most, _tokens + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
                _at = now;
                if (_tokens < 1)
                {
                    return false;
                }
                _tokens--;
                return true;
            }
        }
    }
}
