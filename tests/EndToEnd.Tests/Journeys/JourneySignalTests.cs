using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Stopping and scaling a run of journeys from outside.</summary>
public sealed class JourneySignalTests
{
    private const int Agents = 500;

    [Fact]
    public async Task CtrlC_WithFiveHundredAgents_FinishesTheirSessionsAndStartsNone()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, Scenario(target, "think: 200ms"));
        await using var process = ApeProcess.Start(directory, "start", JourneyRun.File);
        await ApeShell.UntilAsync(() => target.At("/t/last").Count > 50);

        process.Signal("INT");
        await process.Stopping.Within(TestContext.Current.CancellationToken);
        var heard = TimeProvider.System.GetUtcNow();
        (await process.EndAsync()).Exits(130);

        var run = await RunOnDisk.ReadAsync(directory);
        new JourneyRun(new ApeResult(130, "", ""), run).AddsUp();
        Assert.Equal(("interrupted", 0L), (run.Summary.Run.Status, run.Summary.Sessions.Aborted));
        Assert.Equal(run.Summary.Sessions.Started, run.Summary.Sessions.Succeeded);
        Assert.Equal(target.At("/t/first").Count, target.At("/t/last").Count);
        Assert.Equal(run.Summary.Sessions.Started, target.At("/t/first").Count);
        // 1 s is promised; a slow machine gets more.
        Assert.All(target.At("/t/first"), request => Assert.True(request.At < heard.AddSeconds(5), $"a session began {request.At - heard} after the signal"));
    }

    [Fact]
    public async Task CtrlC_Twice_CutsSessionsThatWouldGoOnForAnHour()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, Scenario(target, "timeout: 2h, think: 1h") + "gracefulStop: 1h\n");
        await using var process = ApeProcess.Start(directory, "start", JourneyRun.File);
        await ApeShell.UntilAsync(() => target.At("/t/first").Count > 20);

        process.Signal("INT");
        await process.Stopping.Within(TestContext.Current.CancellationToken);
        process.Signal("INT");
        (await process.EndAsync()).Exits(130);

        var run = await RunOnDisk.ReadAsync(directory);
        new JourneyRun(new ApeResult(130, "", ""), run).AddsUp();
        Assert.Equal(("interrupted", run.Summary.Sessions.Started), (run.Summary.Run.Status, run.Summary.Sessions.Aborted));
        // Each of them asked once, but for those that were cut while they were still connecting; and what was answered was asked.
        Assert.InRange(target.At("/t/first").Count, run.Summary.Http.Single(static http => http.Operation == "first").ByStatus[200], run.Summary.Sessions.Started);
    }

    [Fact]
    public async Task Stop_DetachedRun_EndsItWithItsSummaryAndTeardown()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, Scenario(target, "think: 20ms", "teardown: [ { get: /t/leave } ], ") + "teardown: [ { get: /t/close } ]\n");
        var id = (await ApeProcess.RunAsync(directory, "start", JourneyRun.File, "--agents", "10", "--detach")).Exits(0).Out.Trim();
        await ApeShell.UntilAsync(() => target.At("/t/last").Count > 20);

        (await ApeProcess.RunAsync(directory, "stop", id)).Exits(0);

        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(("stopped", 0L), (run.Summary.Run.Status, run.Summary.Sessions.Aborted));
        Assert.Equal(target.At("/t/first").Count, target.At("/t/last").Count);
        Assert.Equal((10, 1), (target.At("/t/leave").Count, target.At("/t/close").Count));
        Assert.Empty(ApeShell.ProcessesIn(directory));
    }

    [Fact]
    public async Task Scale_DetachedRunUpAndDown_ChangesWhoSendsAndCutsNothing()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        directory.Write(JourneyRun.File, Scenario(target, "think: 20ms"));
        var id = (await ApeProcess.RunAsync(directory, "start", JourneyRun.File, "--agents", "3", "--detach")).Exits(0).Out.Trim();
        await ApeShell.UntilAsync(() => target.At("/t/last").Count > 5);

        (await ApeProcess.RunAsync(directory, "scale", id, "--agents", "80")).Exits(0);
        // Each agent has a connection of its own.
        await ApeShell.UntilAsync(() => target.Requests.Select(request => request.Connection).Distinct().Count() >= 80);
        (await ApeProcess.RunAsync(directory, "scale", id, "--agents", "2")).Exits(0);
        await ApeShell.UntilAsync(() => target.Requests.TakeLast(50).Select(request => request.Connection).Distinct().Count() == 2);
        (await ApeProcess.RunAsync(directory, "stop", id)).Exits(0);

        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal(["agents: 3 became 80", "agents: 80 became 2"], summary.Run.Edited);
        Assert.Equal((0L, summary.Sessions.Started), (summary.Sessions.Aborted, summary.Sessions.Succeeded));
        Assert.Equal(target.Requests.Count, summary.Http.Sum(http => http.Count));
    }

    private static string Scenario(JourneyTarget target, string journey, string more = "") => $$"""
        target: { url: "{{target.Url}}" }
        agents: {{Agents}}
        duration: 10m
        journeys: [ { {{journey}}, {{more}}steps: [ { name: first, get: /t/first }, { name: middle, get: /t/middle }, { name: last, get: /t/last } ] } ]

        """;
}
