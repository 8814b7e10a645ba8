using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace ApeTest.Agent.Workers;

/// <summary>
/// The second SIGTERM, SIGINT or SIGQUIT of a worker that is a process of its own: its sessions are cancelled, and it ends once that is
/// reported. The first one is the host's, which drains. An embedded worker has none of this: there the CLI hears the signals.
/// </summary>
internal sealed class SecondSignal(AgentWorker worker) : IHostedService, IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private PosixSignalRegistration[] _registrations = [];
    private int _heard;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            // Or the runtime would end the process at once.
            context.Cancel = true;
            Heard();
        }))];
        return Task.CompletedTask;
    }

    /// <summary>Nothing: it goes on listening while the worker drains.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A signal has come.</summary>
    internal void Heard()
    {
        if (Interlocked.Increment(ref _heard) > 1)
        {
            worker.Abort();
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
