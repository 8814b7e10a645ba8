using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Set-up and teardown of the run and of its agents.</summary>
public sealed class SetupTests
{
    [Theory]
    [InlineData(1, "iterations: 6")]
    [InlineData(60, "iterations: 180")]
    [InlineData(10, "load: { rate: 20/s }\nduration: 3s")]
    public async Task Start_SetupAndTeardown_AreDoneOnceARunAndOnceAnAgent(int agents, string load)
    {
        using var directory = new TempDirectory();
        var keys = 0;
        await using var target = await JourneyTarget.StartAsync((context, request) => request.Path switch
        {
            "/t/run/setup" => context.Response.WriteAsJsonAsync(new { tenant = "tenant-7" }),
            "/t/agent/setup" => context.Response.WriteAsJsonAsync(new { key = $"key-{Interlocked.Increment(ref keys)}" }),
            _ => Task.CompletedTask,
        });

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}" }
            agents: {{{agents}}}
            {{{load}}}
            setup: [ { name: open, post: /t/run/setup, text: x, extract: { tenant: $.tenant } } ]
            teardown: [ { name: close, delete: "/t/run/teardown/{{tenant}}" } ]
            journeys:
              - name: buy
                setup: [ { name: register, post: "/t/agent/setup", headers: { X-Tenant: "{{tenant}}" }, extract: { key: $.key } } ]
                steps: [ { name: use, get: /t/use, query: { tenant: "{{tenant}}", key: "{{key}}" } } ]
                teardown: [ { name: leave, delete: "/t/agent/teardown/{{key}}" } ]
            """);

        var sent = target.Requests;
        Assert.Equal(("/t/run/setup", "/t/run/teardown/tenant-7"), (sent[0].Path, sent[^1].Path));
        Assert.Single(sent, request => request.Path.StartsWith("/t/run/setup", StringComparison.Ordinal));
        Assert.Single(sent, request => request.Path.StartsWith("/t/run/teardown", StringComparison.Ordinal));
        var used = target.At("/t/use").Select(request => request.Target).ToList();
        Assert.All(used, use => Assert.StartsWith("/t/use?tenant=tenant-7&key=key-", use, StringComparison.Ordinal));
        Assert.Equal(run.Summary.Sessions.Succeeded, used.Count);
        var mine = used.Select(use => use.Split("key=")[1]).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(mine.Count, target.At("/t/agent/setup").Count);
        Assert.Equal(mine, sent.Where(request => request.Path.StartsWith("/t/agent/teardown/", StringComparison.Ordinal)).Select(request => request.Path.Split('/')[^1]).Order(StringComparer.Ordinal));
        Assert.InRange(mine.Count, 1, agents);
        if (load.StartsWith("iterations", StringComparison.Ordinal))
        {
            Assert.Equal(agents, mine.Count);
        }
    }

    [Fact]
    public async Task Start_SetupOfTheRunThatFails_StartsNoSessionAndSaysWhy()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/setup" ? 403 : 200;
            return Task.CompletedTask;
        });
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 5
            setup: [ { name: open, post: /t/setup, text: x } ]
            teardown: [ { name: close, post: /t/teardown, text: x } ]
            journeys: [ { steps: [ { get: /t/a } ] } ]
            """);

        var result = (await ApeProcess.RunAsync(directory, "start", JourneyRun.File, "--quiet")).Exits(3);

        Assert.Contains("`setup` failed: http_403: open", result.Error, StringComparison.Ordinal);
        Assert.Empty(target.At("/t/a"));
    }

    [Fact]
    public async Task Start_TeardownOfTheRunThatFails_IsToldThoughQuiet()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/teardown" ? 500 : 200;
            return Task.CompletedTask;
        });
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}" }
            iterations: 2
            teardown: [ { name: close, post: /t/teardown, text: x } ]
            journeys: [ { steps: [ { get: /t/a } ] } ]
            """);

        var result = (await ApeProcess.RunAsync(directory, "start", JourneyRun.File, "--quiet")).Exits(5);

        Assert.Contains("`teardown` failed: http_500: close", result.Error, StringComparison.Ordinal);
        Assert.Single(target.At("/t/teardown"));
    }

    [Fact]
    public async Task Start_SetupOfAnAgentThatFails_FailsItsSessions()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            context.Response.StatusCode = request.Path == "/t/setup" ? 500 : 200;
            return Task.CompletedTask;
        });

        var run = await JourneyRun.StartAsync(directory, 99, $$"""
            target: { url: "{{target.Url}}" }
            agents: 2
            iterations: 4
            journeys: [ { setup: [ { name: open, get: /t/setup } ], steps: [ { name: a, get: /t/a } ], teardown: [ { name: close, get: /t/teardown } ] } ]
            """);

        Assert.Equal((4L, 0), (run.Summary.Sessions.Failed, target.At("/t/a").Count));
        Assert.All(run.Disk.Sessions, session => Assert.StartsWith("setup: http_500: open", session.Reason, StringComparison.Ordinal));
        Assert.Empty(target.At("/t/teardown"));
    }
}
