using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>A Loki that <c>ape-test logs</c> asks.</summary>
public sealed class LokiTests
{
    [Fact]
    public async Task Logs_RunWithoutFiles_LokiThatIsGone_SaysSoAndExits3()
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "start", "--agents", "1", "--iterations", "1", "--quiet")).Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        foreach (var file in Directory.GetFiles(run.Directory.Logs))
        {
            File.Delete(file);
        }

        var gone = await ApeProcess.RunWithAsync(directory, new() { ["APETEST_LOKI"] = $"http://127.0.0.1:{FreePort.Take()}" }, "logs");

        gone.Exits(3);
        Assert.Contains("APETEST_LOKI", gone.Error, StringComparison.Ordinal);
    }
}
