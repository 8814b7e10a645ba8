using System.Runtime.CompilerServices;

namespace ApeTest.Runs.Logs;

/// <summary>
/// Puts lines in the order in which what they tell happened, as far as a bounded number of bytes reaches: lines come nearly in order,
/// but for those of one moment in several services, and those of sessions that were kept until their end.
/// </summary>
/// <param name="mostBytes">Bytes of lines held back; above it the first ones go.</param>
internal sealed class LogWindow(long mostBytes)
{
    /// <summary>Bytes of lines that are held back to put them in order: some 2,500 lines, many times what one session writes.</summary>
    public const long UsualBytes = 1 << 20;

    // Lines that came in order, which nearly all do, cost nothing to hold; only the others are sorted.
    private readonly Queue<Held> _inOrder = new();
    private readonly PriorityQueue<Held, Key> _late = new();
    private Key _latest;
    private long _bytes;
    private long _sequence;

    /// <summary>Whether more is held than may be.</summary>
    public bool IsFull => _bytes > mostBytes;

    /// <summary>Takes a line in.</summary>
    /// <param name="line">The line.</param>
    /// <param name="timestamp">When it came, by the caller's clock.</param>
    public void Add(LogLine line, long timestamp)
    {
        var held = new Held(line, new Key(line.Place.Happened.UtcTicks, line.Place.Rank, _sequence++), timestamp);
        _bytes += line.Utf8.Length;
        if (_inOrder.Count == 0 || held.Key.CompareTo(_latest) >= 0)
        {
            _latest = held.Key;
            _inOrder.Enqueue(held);
        }
        else
        {
            _late.Enqueue(held, held.Key);
        }
    }

    /// <summary>Gives the first line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cameUntil">Only if it came until then.</param>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LogLine? line, long cameUntil = long.MaxValue)
    {
        line = null;
        var late = _late.TryPeek(out var held, out _) && !(_inOrder.TryPeek(out var next) && next.Key.CompareTo(held.Key) < 0);
        if (!late && !_inOrder.TryPeek(out held))
        {
            return false;
        }
        if (held.Timestamp > cameUntil)
        {
            return false;
        }
        _ = late ? _late.Dequeue() : _inOrder.Dequeue();
        _bytes -= held.Line.Utf8.Length;
        line = held.Line;
        return true;
    }

    /// <summary>Puts lines in order as they come.</summary>
    public static async IAsyncEnumerable<LogLine> OrderAsync(IAsyncEnumerable<LogLine> lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var window = new LogWindow(UsualBytes);
        await foreach (var written in lines.WithCancellation(cancellationToken))
        {
            window.Add(written, 0);
            while (window.IsFull && window.TryTake(out var line))
            {
                yield return line;
            }
        }
        while (window.TryTake(out var line))
        {
            yield return line;
        }
    }

    /// <summary>The last <paramref name="count"/> lines.</summary>
    public static async IAsyncEnumerable<LogLine> LastAsync(int count, IAsyncEnumerable<LogLine> lines)
    {
        var kept = new Queue<LogLine>();
        await foreach (var line in lines)
        {
            if (kept.Count == count)
            {
                kept.Dequeue();
            }
            kept.Enqueue(line);
        }
        while (kept.TryDequeue(out var line))
        {
            yield return line;
        }
    }

    private readonly record struct Held(LogLine Line, Key Key, long Timestamp);

    private readonly record struct Key(long Ticks, byte Rank, long Sequence) : IComparable<Key>
    {
        public int CompareTo(Key other) =>
            Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks)
            : Rank != other.Rank ? Rank.CompareTo(other.Rank)
            : Sequence.CompareTo(other.Sequence);
    }
}
