using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class BugTests
{
    [Fact]
    public async Task Bug_WithoutDebug_IsOneLineAndAFile()
    {
        using var cli = new CliHarness { Time = new BrokenClock() };
        RunsOnDisk.Create(cli, SummaryFixture.Run, "running", SummaryFixture.Full().Run.Started!.Value, RunsOnDisk.NoProcess);

        var result = await cli.RunAsync("runs");

        Assert.Equal(ExitCodes.Bug, result.Code);
        Assert.StartsWith("error: ApeTest failed unexpectedly: InvalidTimeZoneException: the clock is broken\n", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        var report = Assert.Single(Directory.GetFiles(cli.Directory.Combine(".ape", "bugs")));
        Assert.Contains($"details for a bug report: .ape/bugs/{Path.GetFileName(report)}", result.Error.Replace('\\', '/'), StringComparison.Ordinal);
        Assert.Contains("   at ", await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bug_WithDebug_ShowsTheStack()
    {
        using var cli = new CliHarness { Time = new BrokenClock() };
        RunsOnDisk.Create(cli, SummaryFixture.Run, "running", SummaryFixture.Full().Run.Started!.Value, RunsOnDisk.NoProcess);

        var result = await cli.RunAsync("runs", "--debug");

        Assert.Equal(ExitCodes.Bug, result.Code);
        Assert.Contains("   at ", result.Error, StringComparison.Ordinal);
    }

    private sealed class BrokenClock : TimeProvider
    {
        private int _calls;

        // Only the first reader meets the bug; the report itself may look at the clock.
        public override DateTimeOffset GetUtcNow() =>
            _calls++ == 0 ? throw new InvalidTimeZoneException("the clock is broken") : new DateTimeOffset(2026, 11, 21, 13, 15, 0, TimeSpan.Zero);
    }
}
