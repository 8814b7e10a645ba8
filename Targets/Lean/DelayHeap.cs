namespace ApeTest.Targets.Lean;

/// <summary>Delays by when they are due; of those due at once the first started is first. A heap of four children a place. Not thread-safe.</summary>
internal sealed class DelayHeap
{
    private const int Children = 4;

    private Entry[] _entries = new Entry[64];
    private long _number;

    /// <summary>Delays in it.</summary>
    public int Count { get; private set; }

    /// <summary>When the first is due; <see cref="long.MaxValue"/> without one.</summary>
    public long Next => Count == 0 ? long.MaxValue : _entries[0].Due;

    /// <summary>Adds a delay.</summary>
    public void Add(LoopDelay delay, long due)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }
        Rise(Count++, new Entry(due, _number++, delay));
    }

    /// <summary>Takes the first.</summary>
    public LoopDelay Take()
    {
        var first = _entries[0].Delay;
        Remove(first);
        return first;
    }

    /// <summary>Removes one.</summary>
    public void Remove(LoopDelay delay)
    {
        var place = delay.Place;
        if (place < 0)
        {
            return;
        }
        delay.Place = -1;
        var last = _entries[--Count];
        _entries[Count] = default;
        if (place == Count)
        {
            return;
        }
        if (place > 0 && last.IsBefore(_entries[(place - 1) / Children]))
        {
            Rise(place, last);
        }
        else
        {
            Sink(place, last);
        }
    }

    private void Rise(int place, Entry entry)
    {
        while (place > 0)
        {
            var parent = (place - 1) / Children;
            if (!entry.IsBefore(_entries[parent]))
            {
                break;
            }
            Put(place, _entries[parent]);
            place = parent;
        }
        Put(place, entry);
    }

    private void Sink(int place, Entry entry)
    {
        while (place * Children + 1 is var child && child < Count)
        {
            var least = child;
            for (var other = child + 1; other < Count && other < child + Children; other++)
            {
                if (_entries[other].IsBefore(_entries[least]))
                {
                    least = other;
                }
            }
            if (!_entries[least].IsBefore(entry))
            {
                break;
            }
            Put(place, _entries[least]);
            place = least;
        }
        Put(place, entry);
    }

    private void Put(int place, Entry entry)
    {
        _entries[place] = entry;
        entry.Delay.Place = place;
    }

    private readonly record struct Entry(long Due, long Number, LoopDelay Delay)
    {
        public bool IsBefore(in Entry other) => Due < other.Due || (Due == other.Due && Number < other.Number);
    }
}
