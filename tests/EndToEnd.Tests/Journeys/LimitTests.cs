using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Limits of steps and sessions, and what is sent again.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Start_StepThatIsNotAnswered_TimesOutAndNextSessionsGoOn()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) => request.Path == "/t/never" ? NeverAsync(context) : Task.CompletedTask);

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            agents: 2
            iterations: 4
            journeys: [ { steps: [ { name: first, get: /t/first }, { name: never, get: /t/never, timeout: 300ms }, { name: behind, get: /t/behind } ] } ]
            """);

        Assert.Equal((4L, 4L, 0L), (run.Summary.Sessions.Failed, run.Errors("timeout"), run.Count("behind")));
        Assert.All(run.Disk.Sessions, session => Assert.StartsWith("timeout: never", session.Reason, StringComparison.Ordinal));
        Assert.Empty(target.At("/t/behind"));
        Assert.Equal(4, Assert.Single(run.Summary.Http, http => http.Operation == "never").ByStatus[0]);
    }

    [Theory]
    [InlineData("{ get: /t/never }")]
    [InlineData("{ think: 1h }")]
    [InlineData("{ name: again, get: /t/never, retries: 10, timeout: 30s }")]
    public async Task Start_SessionBeyondItsTimeout_IsStuckWhereverItWaits(string step)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) => request.Path == "/t/never" ? NeverAsync(context) : Task.CompletedTask);

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            agents: 4
            iterations: 4
            journeys: [ { timeout: 5s, steps: [ { name: first, get: /t/first }, {{step}}, { name: behind, get: /t/behind } ] } ]
            """);

        Assert.Equal((4L, 0L), (run.Summary.Sessions.Stuck, run.Count("behind")));
        Assert.Equal(4, target.At("/t/first").Count);
        Assert.All(run.Disk.Sessions, session => Assert.StartsWith("session_timeout", session.Reason, StringComparison.Ordinal));
        Assert.All(run.Disk.Sessions, session => Assert.True(session.DurationS >= 4.99, $"{session.DurationS}"));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Start_Retries_SendTheSameAgainAndCountEach(int status)
    {
        using var directory = new TempDirectory();
        var asked = 0;
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            // Of each three the third is answered well.
            context.Response.StatusCode = Interlocked.Increment(ref asked) % 3 == 0 ? 200 : status;
            return Task.CompletedTask;
        });

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}" }
            iterations: 5
            journeys: [ { steps: [ { name: order, post: /t/order, text: "{{uuid()}}", retries: 2, check: 200 } ] } ]
            """);

        Assert.Equal((5L, 15L), (run.Summary.Sessions.Succeeded, run.Count("order")));
        var bodies = target.At("/t/order").Select(request => request.Body).ToList();
        Assert.Equal(15, bodies.Count);
        Assert.All(bodies.Chunk(3), three => Assert.Single(three.Distinct()));
        Assert.Equal(5, bodies.Distinct().Count());
        var http = Assert.Single(run.Summary.Http);
        Assert.Equal((10, 10, 10), (http.Retries, http.Errors, http.ByStatus[status]));
        Assert.Equal(10, run.Errors($"http_{status}"));
        Assert.Equal(5, run.Summary.Sessions.Recoveries["retry"]);
    }

    [Fact]
    public async Task Start_WithoutRetries_SendsOnce()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 5
            journeys: [ { steps: [ { name: order, post: /t/order, text: x }, { name: behind, get: /t/behind } ] } ]
            """);

        Assert.Equal((5, 0), (target.At("/t/order").Count, target.At("/t/behind").Count));
        Assert.Equal((5L, 5L), (run.Summary.Sessions.Failed, run.Errors("http_503")));
    }

    [Fact]
    public async Task Start_Continue_GoesOnAndDoesNotSucceed()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 3
            journeys: [ { steps: [ { name: odd, get: /t/odd, check: 201, continue: true }, { name: lacks, get: /t/lacks, extract: { id: $.id }, continue: true }, { name: behind, get: /t/behind } ] } ]
            """);

        Assert.Equal((3, SessionOutcome.Failed), (target.At("/t/behind").Count, run.Disk.Sessions[0].Outcome));
        Assert.Equal((3L, 3L, 6L), (run.Errors("extraction"), run.Summary.Sessions.Failed, run.Summary.Errors.Sum(error => error.Count)));
    }

    private static async Task NeverAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (context.RequestAborted.Register(aborted.SetResult))
        {
            await aborted.Task;
        }
    }
}
