using System.Threading.Channels;

namespace ApeTest.Cli.Progress;

/// <summary>Progress on a terminal: a live view, redrawn twice a second and at each key.</summary>
internal sealed class LiveProgress(CliEnvironment environment, TextWriter output, bool noColor, ILiveControls? controls) : IRunProgressView
{
    /// <summary>What the user can do where there are no keys.</summary>
    public const string Hint = "Ctrl+C: finish the running sessions and report; twice: stop now";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public bool ShowsStopping => true;

    public async Task ShowAsync(Func<RunSnapshot> read, CancellationToken end)
    {
        using var terminal = new LiveTerminal(environment, output, noColor);
        using var timer = new PeriodicTimer(Interval, environment.Time);
        var history = new LiveHistory();
        await using var keys = controls is not null && environment.Keys is { } source ? new LiveKeys(controls, environment.Time) : null;
        var pressed = keys is null ? null : environment.Keys!.Listen(end);
        try
        {
            var tick = timer.WaitForNextTickAsync(end).AsTask();
            while (true)
            {
                var snapshot = read();
                history.Add(snapshot.Progress);
                terminal.Draw(Moment(snapshot, history, keys));
                var key = pressed?.WaitToReadAsync(end).AsTask();
                await (key is null ? tick : Task.WhenAny(tick, key).Unwrap());
                Press(pressed, keys, snapshot);
                if (tick.IsCompleted)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(end).AsTask();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended; the summary takes the view's place.
        }
        terminal.Clear();
    }

    private static LiveMoment Moment(RunSnapshot snapshot, LiveHistory history, LiveKeys? keys) => new(snapshot, history)
    {
        Hint = keys?.Hint ?? Hint,
        Note = keys?.Note,
        Log = keys?.Log,
        Help = keys?.Help,
    };

    private static void Press(ChannelReader<char>? pressed, LiveKeys? keys, RunSnapshot snapshot)
    {
        while (pressed is not null && pressed.TryRead(out var key))
        {
            keys!.Press(key, snapshot.Progress);
        }
    }
}
