using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>How much load: the open model, and agents that pause.</summary>
public sealed class LoadTests
{
    [Fact]
    public async Task Start_Rate_AccountsForEveryArrival()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--rate", "20/s", "--duration", "3s", "--quiet");

        result.Exits(0);
        Assert.Contains("start delay", result.Out, StringComparison.Ordinal);
        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal(("arrival_rate", 60), (summary.Load.Shape, summary.Load.Started + summary.Load.Dropped));
        Assert.Equal(summary.Load.Started, summary.Load.StartDelay.Count);
        // Only what a session does first has an intended start of its own.
        Assert.Equal(summary.Load.Started, summary.Http.Sum(operation => operation.ResponseFromIntended?.Count ?? 0));
    }

    [Fact]
    public async Task Start_RateAndIterations_StartsThatMany()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--rate", "600/m", "--iterations", "7", "--agents", "50", "--quiet");

        result.Exits(0);
        Assert.Equal(7, (await RunOnDisk.ReadAsync(directory)).Summary.Sessions.Started);
    }

    [Fact]
    public async Task Start_RateWithoutAFreeAgent_DropsAndSaysSo()
    {
        using var directory = new TempDirectory();

        // One agent that pauses a second before each action cannot take twenty arrivals a second.
        var result = await ApeProcess.RunAsync(directory, "start", "--rate", "20/s", "--agents", "1", "--think", "1s", "--duration", "2s", "--quiet");

        result.Exits(0);
        Assert.Contains("arrivals did not start", result.Out, StringComparison.Ordinal);
        var load = (await RunOnDisk.ReadAsync(directory)).Summary.Load;
        Assert.Equal((40, true), (load.Started + load.Dropped, load.Dropped > 30));
    }

    [Fact]
    public async Task Start_AgentsThatThink_DoNotStartInOneInstant()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--agents", "20", "--think", "1s", "--iterations", "20", "--quiet");

        result.Exits(0);
        var started = (await RunOnDisk.ReadAsync(directory)).Sessions.Select(session => session.Started).Order().ToList();
        Assert.Equal(20, started.Count);
        Assert.True(started[^1] - started[0] > TimeSpan.FromMilliseconds(500), $"all started within {started[^1] - started[0]}");
    }
}
