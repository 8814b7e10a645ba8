namespace ApeTest.Agent.Workers;

/// <summary>How far a block is told to stop: first no new sessions, then everything at once. It only ever goes up. Thread-safe.</summary>
internal sealed class StopOrder : IDisposable
{
    /// <summary>The graceful stop after the run's end is over.</summary>
    public const string RunEnd = "run_end";

    /// <summary>The run was aborted.</summary>
    public const string RunAborted = "run_aborted";

    /// <summary>Another worker has the block.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>The worker's process ends.</summary>
    public const string WorkerStopped = "worker_stopped";

    private readonly CancellationTokenSource _abort = new();
    private string? _reason;
    private volatile bool _draining;

    /// <summary>Whether no new session may start.</summary>
    public bool Draining => _draining;

    /// <summary>Cancelled when running sessions must end now.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>Why sessions are aborted: the bounded first word of their reason.</summary>
    public string Reason => _reason ?? RunEnd;

    public void Drain() => _draining = true;

    /// <summary>Ends running sessions now, for <paramref name="reason"/>; the first reason stays.</summary>
    public void Abort(string reason)
    {
        _draining = true;
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            try
            {
                // Not on this thread: it would run every session's end before it returns.
                _ = _abort.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The block has ended meanwhile: nothing is left to cancel.
            }
        }
    }

    public void Dispose() => _abort.Dispose();
}
