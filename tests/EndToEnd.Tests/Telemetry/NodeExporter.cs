using System.Diagnostics;
using ApeTest.Tests.Shared;

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

    /// <summary>Starts it; null where there is none. It tells only what the panels show: the others complain of what a container has not.</summary>
    public static NodeExporter? TryStart() => !IsHere ? null : Start(
        "--collector.disable-defaults", "--collector.cpu", "--collector.meminfo", "--collector.netdev", "--collector.filefd", "--collector.sockstat", "--collector.loadavg");

    /// <summary>Starts it with these flags; skips where there is none.</summary>
    public static NodeExporter Start(params string[] flags)
    {
        var command = Requires.Command(Command);
        var address = $"127.0.0.1:{FreePort.Take()}";
        return new NodeExporter(Process.Start(new ProcessStartInfo(command, [$"--web.listen-address={address}", "--log.level=error", .. flags]))!, address);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
