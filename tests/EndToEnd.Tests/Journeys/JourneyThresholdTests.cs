using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Thresholds of a run of journeys: which hold, which stop it.</summary>
public sealed class JourneyThresholdTests
{
    [Fact]
    public async Task Start_ThresholdsOfOperationsAndChecks_AreJudgedEach()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((_, request) => request.Path == "/t/slow"
            ? Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken)
            : Task.CompletedTask);

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 5
            journeys: [ { steps: [ { name: fast, get: /t/fast }, { name: slow, get: /t/slow }, { name: odd, get: /t/odd, check: 201 }, { if: { status: 599 }, then: [ { name: missing, get: /t/missing } ] } ] } ]
            thresholds:
              session_success: ">= 0"
              "http_p95{operation=slow}": "< 100ms"
              "http_max{operation=fast}": "< 1m"
              "http_p95{operation=missing}": "< 1m"
              check_errors: "== 0"
              "http_reqs": "== 15"
            """);

        Assert.Equal(
            [("session_success", true), ("http_p95{operation=slow}", false), ("http_max{operation=fast}", true), ("http_p95{operation=missing}", false), ("check_errors", false), ("http_reqs", true)],
            run.Summary.Thresholds.Where(threshold => threshold.By != "default").Select(threshold => (threshold.Name, threshold.Ok)));
        Assert.Equal(5, run.Summary.Thresholds.Single(threshold => threshold.Name == "check_errors").Value);
        Assert.Null(run.Summary.Thresholds.Single(threshold => threshold.Name == "http_p95{operation=missing}").Value);
        Assert.Equal("completed", run.Summary.Run.Status);
    }

    [Fact]
    public async Task Start_AbortOnFailOfAWindow_EndsEarlyAndSaysWhich()
    {
        using var directory = new TempDirectory();
        var asked = 0;
        await using var target = await JourneyTarget.StartAsync((context, _) =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref asked) > 100 ? 500 : 200;
            return Task.CompletedTask;
        });

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            load: { rate: 50/s }
            duration: 10m
            journeys: [ { steps: [ { name: a, get: /t/a } ] } ]
            thresholds:
              session_success: ">= 0"
              http_error_rate: "<= 10% for 2s abort after 1s"
              "http_p95{operation=a}": "< 1m"
            """);

        Assert.Equal("aborted", run.Summary.Run.Status);
        Assert.Contains("http_error_rate", run.Summary.Run.Reason, StringComparison.Ordinal);
        Assert.Contains("http_error_rate", run.Result.Out + run.Result.Error, StringComparison.Ordinal);
        var broken = Assert.Single(run.Summary.Thresholds, threshold => !threshold.Ok);
        Assert.Equal(("http_error_rate", 2.0), (broken.Name, broken.WindowS));
        Assert.True(broken.Value > 0.1, $"{broken.Value}");
        Assert.True(run.Summary.Run.DurationS < 60, $"{run.Summary.Run.DurationS}");
        // What was under way when it was stopped may have no answer.
        Assert.InRange(target.Requests.Count - run.Count("a"), 0, 50);
    }

    [Fact]
    public async Task Start_AbortWithinItsDelay_StopsNothing()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 20
            journeys: [ { steps: [ { name: a, get: /t/a } ] } ]
            thresholds: { http_error_rate: "<= 10% abort after 10m" }
            """);

        Assert.Equal(("completed", null, 20), (run.Summary.Run.Status, run.Summary.Run.Reason, target.Requests.Count));
    }

    [Fact]
    public async Task Start_ValueCheckThatFails_IsACheckErrorWithItsDetail()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, _) => context.Response.WriteAsJsonAsync(new { status = "refused", total = 3 }));

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 2
            journeys: [ { steps: [ { name: checkout, get: /t/a, check: { status: 200, json: { $.total: { min: 1 }, $.status: placed } } } ] } ]
            """);

        Assert.Equal((2L, 2L), (run.Errors("check"), run.Summary.Sessions.Failed));
        Assert.All(run.Disk.Sessions, session => Assert.Contains("$.status", session.Reason, StringComparison.Ordinal));
    }
}
