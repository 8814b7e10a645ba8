using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests;

/// <summary>A gateway as a process of its own, where its memory is nobody else's.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TempDirectory _directory;
    private Task _drained = Task.CompletedTask;

    private GatewayProcess(Process process, TempDirectory directory)
    {
        _process = process;
        _directory = directory;
    }

    public Uri Url { get; private set; } = null!;

    /// <summary>Bytes of the process that are in memory.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<GatewayProcess> StartAsync(string json)
    {
        const string announcement = "gateway listens on ";
        var directory = new TempDirectory();
        var start = new ProcessStartInfo(
            Requires.Command("dotnet"),
            [Path.Combine(AppContext.BaseDirectory, "ApeTest.Gateway.dll"), "--urls", "http://127.0.0.1:0", "--config", directory.Write("ape.mcp-gateway.json", json)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = directory.Path,
        };
        var gateway = new GatewayProcess(Process.Start(start)!, directory);
        gateway._process.OutputDataReceived += static (_, _) => { };
        gateway._process.BeginOutputReadLine();
        var errors = gateway._process.StandardError;
        var told = "";
        while (await errors.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within(TestContext.Current.CancellationToken) is { } line)
        {
            told += line + "\n";
            if (line.StartsWith(announcement, StringComparison.Ordinal))
            {
                gateway.Url = new Uri(line[announcement.Length..]);
                gateway._drained = errors.ReadToEndAsync(CancellationToken.None);
                return gateway;
            }
        }
        await gateway.DisposeAsync();
        throw new InvalidOperationException(told);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        await _process.WaitForExitAsync(CancellationToken.None);
        await _drained;
        _process.Dispose();
        _directory.Dispose();
    }
}
