using ApeTest.Scenarios;

namespace ApeTest.Cli.Signals;

/// <summary>
/// What signals mean to a command, rung by rung: the first cancels <see cref="Drain"/> (finish what runs), the second
/// <see cref="Abort"/> (stop now). Later ones change nothing: the summary is being written.
/// </summary>
internal sealed class StopLadder : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly IDisposable _subscription;
    private readonly Lock _lock = new();

    public StopLadder(ISignalSource signals) => _subscription = signals.Subscribe(Climb);

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Cancelled at the second signal.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <summary>The first signal; null while there was none.</summary>
    public StopSignal? First { get; private set; }

    /// <summary>130 or 143 after a signal, null before.</summary>
    public int? ExitCode => First switch
    {
        StopSignal.Interrupt => ExitCodes.Interrupted,
        StopSignal.Terminate => ExitCodes.Terminated,
        _ => null,
    };

    /// <summary>Takes the next rung, as a signal does: for a key that means Ctrl+C.</summary>
    public void Climb(StopSignal signal)
    {
        lock (_lock)
        {
            if (First is null)
            {
                First = signal;
                _ = _drain.CancelAsync();
            }
            else
            {
                _ = _abort.CancelAsync();
            }
        }
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _drain.Dispose();
        _abort.Dispose();
    }
}
