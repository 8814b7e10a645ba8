using System.Diagnostics;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>Debian's node exporter on a port of its own, for the panels about machines; nothing else needs it.</summary>
internal sealed class NodeExporter : IAsyncDisposable
{
    private const string Command = "prometheus-node-exporter";

    private readonly Process _process;

    private NodeExporter(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>Whether this machine has it.</summary>
    public static bool IsHere { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, Command)));

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>Starts it; null where there is none.</summary>
    public static NodeExporter? TryStart()
    {
        if (!IsHere)
        {
            return null;
        }
        var address = $"127.0.0.1:{PrometheusServer.FreePort()}";
        return new NodeExporter(Process.Start(new ProcessStartInfo(Command, 
        [
            // Only what the panels show: the others complain of what a container has not.
            $"--web.listen-address={address}", "--log.level=error", "--collector.disable-defaults", "--collector.cpu", "--collector.meminfo", "--collector.netdev",
            "--collector.filefd", "--collector.sockstat", "--collector.loadavg",
        ]))!, address);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
