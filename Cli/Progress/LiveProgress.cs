namespace ApeTest.Cli.Progress;

/// <summary>Progress on a terminal: a live view on standard error, redrawn twice a second.</summary>
internal sealed class LiveProgress(CliEnvironment environment, bool noColor) : IRunProgressView
{
    /// <summary>What the user can do.</summary>
    public const string Hint = "Ctrl+C: finish the running sessions and report; twice: stop now";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public bool ShowsStopping => true;

    public async Task ShowAsync(Func<RunSnapshot> read, CancellationToken end)
    {
        using var terminal = new LiveTerminal(environment, environment.Error, noColor);
        using var timer = new PeriodicTimer(Interval, environment.Time);
        try
        {
            do
            {
                terminal.Draw(read(), Hint);
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException)
        {
            // The run has ended; the summary takes the view's place.
        }
        terminal.Clear();
    }
}
