using ApeTest.ServiceDefaults.Metrics;

namespace ApeTest.ServiceDefaults.Logging.LokiSink;

/// <summary>
/// Counts the lines that are on their way to Loki, and those that do not get there: the sink itself tells of its losses only as text, to a log of the whole process.
/// </summary>
internal sealed class LokiLedger(RecordsDropped dropped)
{
    /// <summary>Lines that may be on their way.</summary>
    public const int Capacity = BoundedLogSink.DefaultCapacity;

    private int _underway;
    private int _written;

    /// <summary>Whether there is room for another line; where there is none, it is dropped and counted.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _underway) <= Capacity)
        {
            return true;
        }

        Interlocked.Decrement(ref _underway);
        dropped.Add(RecordsDropped.Log);
        return false;
    }

    /// <summary>A line has been written into the batch that is sent next.</summary>
    public void Wrote() => _written++;

    /// <summary>A batch is about to be sent; returns its lines. The sink writes and sends one batch after the other.</summary>
    public int TakeBatch() => Interlocked.Exchange(ref _written, 0);

    /// <summary>Loki has answered, and the sink forgets the batch: refused lines are lost.</summary>
    public void Answered(int lines, bool accepted)
    {
        Interlocked.Add(ref _underway, -lines);
        if (!accepted)
        {
            dropped.Add(RecordsDropped.Log, lines);
        }
    }

    /// <summary>Nothing is sent any more: what is still on its way is lost.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _underway, 0) is > 0 and var lost)
        {
            dropped.Add(RecordsDropped.Log, lost);
        }
    }
}
