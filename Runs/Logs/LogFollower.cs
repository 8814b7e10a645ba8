using System.Runtime.CompilerServices;

namespace ApeTest.Runs.Logs;

/// <summary>
/// Follows a log as it is written, through files that are rolled over and services that start later. Lines are held for half a second, so
/// that those of several services come in the order in which things happened.
/// </summary>
/// <param name="reader">The log, from which nothing was read yet.</param>
/// <param name="ended">Whether the run has ended. Lines that were on their way then are still awaited, until none came for a second.</param>
/// <param name="time">The clock.</param>
public sealed class LogFollower(LogReader reader, Func<bool> ended, TimeProvider time)
{
    private const int BatchLines = 1000;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly LogWindow _window = new(LogWindow.UsualBytes);
    private readonly List<LogLine> _batch = [];

    /// <summary>
    /// The wanted lines that are there, then those that come, until the run has ended. They come in batches, each to be shown at once; one
    /// at least each fifth of a second, which may be empty and is used again for the next.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (reader.HasTail)
        {
            await foreach (var line in reader.ReadAsync(last: false, cancellationToken))
            {
                _batch.Add(line);
            }
            yield return _batch;
            _batch.Clear();
        }
        var grown = time.GetTimestamp();
        for (var position = -1L; ;)
        {
            // Before reading, so that what was written before the end is in this round.
            var over = ended();
            await foreach (var written in reader.MergeAsync(last: false, cancellationToken))
            {
                _window.Add(written, time.GetTimestamp());
                // What is there already may take long to search, and is put in order as a whole as far as the window reaches.
                Take(position < 0 ? long.MinValue : Due());
                if (_batch.Count >= BatchLines)
                {
                    yield return _batch;
                    _batch.Clear();
                }
            }
            if (reader.Position != position)
            {
                (position, grown) = (reader.Position, time.GetTimestamp());
            }
            else if (over && time.GetElapsedTime(grown) >= Quiet)
            {
                break;
            }
            Take(Due());
            yield return _batch;
            _batch.Clear();
            await Task.Delay(Poll, time, cancellationToken);
        }
        await foreach (var rest in reader.MergeAsync(last: true, cancellationToken))
        {
            _window.Add(rest, 0);
        }
        Take(long.MaxValue);
        yield return _batch;
    }

    private void Take(long cameUntil)
    {
        while (_window.TryTake(out var line, _window.IsFull ? long.MaxValue : cameUntil))
        {
            _batch.Add(line);
        }
    }

    private long Due() => time.GetTimestamp() - (long)(Hold.TotalSeconds * time.TimestampFrequency);
}
