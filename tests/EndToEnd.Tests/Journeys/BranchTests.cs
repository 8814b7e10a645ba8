using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Where a session goes depends on what the target answers.</summary>
public sealed class BranchTests
{
    [Fact]
    public async Task Start_NotFound_TakesTheElseBranchInRecordLogAndTarget()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/odd" ? 404 : 200;
            return Task.CompletedTask;
        });

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 2
            telemetry: { sample: 1 }
            journeys:
              - name: look
                steps:
                  - { name: odd, get: /t/odd, check: "200|404" }
                  - if: { status: 200 }
                    then: [ { name: found, get: /t/found } ]
                    else: [ { name: missing, get: /t/missing } ]
                  - { name: even, get: /t/even, check: "200|404" }
                  - if: { status: 200 }
                    then: [ { name: found, get: /t/found } ]
                    else: [ { name: missing, get: /t/missing } ]
            """);

        string[] way = ["/t/odd", "/t/missing", "/t/even", "/t/found"];
        Assert.Equal([.. way, .. way], target.Requests.Select(request => request.Path));
        Assert.Equal((2L, 2L), (run.Count("found"), run.Count("missing")));
        Assert.Equal(2, run.Disk.Sessions.Count);
        Assert.All(run.Disk.Sessions, session => Assert.Equal([("odd", 404), ("missing", 200), ("even", 200), ("found", 200)],
            session.Actions.Select(action => (action.Tool, action.Status ?? 0))));
        var trace = run.Disk.Sessions[0].TraceId;
        Assert.Contains(target.Requests, request => request.TraceId == trace);
        var logs = (await ApeProcess.RunAsync(directory, "logs", "--grep", trace, "--format", "json")).Exits(0).Out;
        Assert.Contains("missing", logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LoopsGroupsAndConditionsOfValues_SendWhatTheySay()
    {
        using var directory = new TempDirectory();
        var polls = 0;
        await using var target = await JourneyTarget.StartAsync((context, request) => request.Path == "/t/poll"
            ? context.Response.WriteAsJsonAsync(new { ready = Interlocked.Increment(ref polls) % 4 == 0, total = 150 })
            : Task.CompletedTask);

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}" }
            iterations: 3
            journeys:
              - steps:
                  - { name: poll, get: /t/poll, extract: { ready: $.ready, total: $.total } }
                  - while: { value: { ready: "false" } }
                    max: 10
                    steps: [ { name: poll, get: /t/poll, extract: { ready: $.ready, total: $.total } } ]
                  - if: { value: { total: { min: 100 } } }
                    then: [ { group: many, steps: [ { repeat: 3, steps: [ { name: item, get: "/t/item/{{total}}" } ] } ] } ]
                    else: [ { name: few, get: /t/few } ]
            """);

        Assert.Equal((12L, 9L, 0L), (run.Count("poll"), run.Count("item"), run.Count("few")));
        Assert.Equal(9, target.At("/t/item/150").Count);
        Assert.Equal(3, run.Summary.Sessions.Succeeded);
    }

    [Fact]
    public async Task Start_LoopWithoutEnd_FailsTheSessionAfterItsLimit()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 2
            journeys:
              - steps:
                  - { name: first, get: /t/first }
                  - { while: { status: 200 }, max: 7, steps: [ { name: again, get: /t/again } ] }
            """);

        Assert.Equal((14, 2L, 2L), (target.At("/t/again").Count, run.Errors("loop_limit"), run.Summary.Sessions.Failed));
    }
}
