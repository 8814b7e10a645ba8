using System.Runtime.InteropServices;
using ApeTest.Runs.Queue;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Workers;

/// <summary>
/// For a worker that another process started for one run: ends when that process does. Its standard input is a pipe that the system
/// closes with the other process, however that ended; a byte says that the run is over and the worker may end in order. The terminal's signals are the other process's, which passes on what is meant.
/// </summary>
internal sealed partial class ParentWatch(AgentWorker worker, AgentOptions options, IRunQueue queue, IHostApplicationLifetime lifetime, ILogger<ParentWatch> logger) : IHostedService
{
    // Time to abort the run and report the last figures; a database that does not answer is not waited for any longer.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private readonly ILogger _logger = logger;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            // Fails only for the leader of a process group, which a child is not.
            _ = NewSession();
        }
        // A thread of its own: reading a pipe blocks.
        new Thread(Watch) { IsBackground = true, Name = "parent" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        if (input.ReadByte() >= 0)
        {
            lifetime.StopApplication();
            return;
        }
        ParentGone();
        _ = EndAsync();
    }

    private async Task EndAsync()
    {
        using var limit = new Timer(static _ => Environment.Exit(1), null, Longest, Timeout.InfiniteTimeSpan);
        worker.Abort();
        if (options.OnlyRun is { } run)
        {
            try
            {
                // Nobody collects it any more.
                await queue.SignalAsync(run, new RunSignal(RunSignalKind.Abort, Reason: "interrupted"), lifetime.ApplicationStopped);
            }
            catch (Exception exception)
            {
                SignalFailed(exception);
            }
        }
        lifetime.StopApplication();
        await Task.Delay(Longest, TimeProvider.System, CancellationToken.None);
    }

    [LoggerMessage(41, LogLevel.Warning, "the process that started this worker is gone; its sessions are cancelled", EventName = "parent.gone")]
    private partial void ParentGone();

    [LoggerMessage(42, LogLevel.Warning, "the run could not be aborted", EventName = "parent.signal_failed")]
    private partial void SignalFailed(Exception exception);
}
