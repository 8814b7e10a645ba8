using System.Runtime.CompilerServices;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.FirstRun;

/// <summary>samples/scenarios/kpi.yaml: the figures that an agentic load test is judged by.</summary>
public sealed class KpiTests
{
    [Fact]
    public async Task Kpi_OnTheSampleShop_MeetsAllFour()
    {
        using var directory = new TempDirectory();

        (await ApeProcess.RunAsync(directory, "start", Scenario(), "--iterations", "30", "--agents", "3")).Exits(0);

        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal(["agent_error_rate", "http_error_rate", "mtba_active_mean", "session_success"], summary.Thresholds.Select(static threshold => threshold.Name).Order(StringComparer.Ordinal));
        Assert.All(summary.Thresholds, static threshold => Assert.True(threshold.Ok, threshold.Name));
    }

    [Fact]
    public async Task Kpi_AtAShopThatFails_IsNotMet()
    {
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0", "--fail", "0.5");
        var url = (await shop.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

        // --target goes before the sample that the file names.
        (await ApeProcess.RunAsync(directory, "start", Scenario(), "--iterations", "20", "--agents", "2", "--target", url)).Exits(99);

        var failed = (await RunOnDisk.ReadAsync(directory)).Summary.Thresholds.Where(static threshold => !threshold.Ok).Select(static threshold => threshold.Name);
        Assert.Contains("http_error_rate", failed);
    }

    private static string Scenario([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "samples", "scenarios", "kpi.yaml"));
}
