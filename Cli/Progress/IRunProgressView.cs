namespace ApeTest.Cli.Progress;

/// <summary>Shows a run while it goes on: a live view on a terminal, plain lines elsewhere.</summary>
internal interface IRunProgressView
{
    /// <summary>Whether it shows <see cref="RunSnapshot.Stopping"/> itself; nothing else may be written beside it then.</summary>
    bool ShowsStopping { get; }

    /// <summary>Shows what <paramref name="read"/> returns, from time to time, until <paramref name="end"/> is cancelled; never throws for it.</summary>
    Task ShowAsync(Func<RunSnapshot> read, CancellationToken end);
}
