using System.Numerics;

namespace ApeTest.Targets.Lean;

/// <summary>
/// Deadlines that are nearly never reached, hence cheap to set and to take away: a wheel of rings, one for each 1/64 to 1/128 s. An
/// operation expires up to one such step late. Of a loop's thread.
/// </summary>
internal sealed class DeadlineWheel
{
    private const int Slots = 512;

    private readonly WheelLink[] _rings = new WheelLink[Slots];
    private readonly int _shift;
    private long _tick;

    /// <param name="frequency">Timestamps a second.</param>
    /// <param name="now">The clock's timestamp.</param>
    public DeadlineWheel(long frequency, long now)
    {
        _shift = BitOperations.Log2((ulong)Math.Max(frequency / 100, 1));
        _tick = now >> _shift;
        for (var i = 0; i < Slots; i++)
        {
            _rings[i] = Ring();
        }
    }

    /// <summary>Deadlines set.</summary>
    public int Count { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do at the earliest.</summary>
    public long Next => Count == 0 ? long.MaxValue : (_tick + 1) << _shift;

    /// <summary>Sets a deadline.</summary>
    public void Add(LoopOperation operation, long deadline)
    {
        operation.Deadline = deadline;
        Insert(operation, _rings[(int)(Math.Max(deadline >> _shift, _tick) % Slots)]);
        Count++;
    }

    /// <summary>Takes it away, where there is one.</summary>
    public void Remove(LoopOperation operation)
    {
        if (operation.After is not null)
        {
            Unlink(operation);
            Count--;
        }
    }

    /// <summary>Expires what is due.</summary>
    public void Advance(long now)
    {
        var until = now >> _shift;
        if (Count == 0)
        {
            _tick = until;
            return;
        }
        // A tick's deadlines have all passed when the next one has begun. A round sees every ring.
        for (var tick = Math.Max(_tick, until - Slots); tick < until && Count > 0; tick++)
        {
            _tick = tick + 1;
            Expire(_rings[(int)(tick % Slots)], now);
        }
        _tick = until;
    }

    private void Expire(WheelLink ring, long now)
    {
        // What expires may add and remove others, of this ring too: it is emptied into another first.
        if (ring.After == ring)
        {
            return;
        }
        var due = Ring();
        (due.After, due.Before) = (ring.After, ring.Before);
        due.After!.Before = due;
        due.Before!.After = due;
        (ring.After, ring.Before) = (ring, ring);
        while (due.After is LoopOperation operation)
        {
            Unlink(operation);
            if (operation.Deadline <= now)
            {
                Count--;
                operation.Expire();
            }
            else
            {
                Insert(operation, ring);
            }
        }
    }

    private static WheelLink Ring()
    {
        var ring = new WheelLink();
        (ring.Before, ring.After) = (ring, ring);
        return ring;
    }

    private static void Insert(WheelLink link, WheelLink ring)
    {
        (link.Before, link.After) = (ring.Before, ring);
        ring.Before!.After = link;
        ring.Before = link;
    }

    private static void Unlink(WheelLink link)
    {
        link.Before!.After = link.After;
        link.After!.Before = link.Before;
        (link.Before, link.After) = (null, null);
    }
}
