using ApeTest.Runs.Queue;
using ApeTest.Scenarios.Load;

namespace ApeTest.Agent.Workers;

/// <summary>
/// Closed model: lets the slots of one block begin sessions when the load asks for them. The block looks for all of its slots at once, so
/// that an agent at rest costs its memory only. Slots are counted in the block, times since the run's start. Thread-safe.
/// </summary>
internal sealed class SlotGate
{
    private readonly Lock _lock = new();
    private readonly BlockLease _lease;
    private readonly LoadShape _shape;
    private readonly TimeSpan _think;
    private readonly SlotTurn[] _slots;
    private RunOrders _orders;
    private bool _closed;

    /// <param name="lease">The block, with the orders to begin with.</param>
    /// <param name="shape">The run's load shape.</param>
    /// <param name="think">Think time that an average user takes.</param>
    public SlotGate(BlockLease lease, LoadShape shape, TimeSpan think)
    {
        (_lease, _shape, _think, _orders) = (lease, shape, think, lease.Orders);
        _slots = new SlotTurn[lease.Block.Count];
        for (var i = 0; i < _slots.Length; i++)
        {
            var slot = lease.Block.FirstSlot + i;
            _slots[i].Due = lease switch
            {
                // The agents were at work with another worker: nobody is new.
                { Epoch: > 1 } => lease.Elapsed,
                { IsAdded: true } => lease.Elapsed + shape.SpreadOf(slot, think),
                _ => shape.StartOf(slot, think),
            };
        }
    }

    /// <summary>Slots of the block that should be active.</summary>
    public int WantedAt(TimeSpan elapsed)
    {
        lock (_lock)
        {
            var wanted = 0;
            var left = 0;
            for (var i = 0; i < _slots.Length; i++)
            {
                wanted += !_slots[i].Left && Wants(_orders, i, left, elapsed) ? 1 : 0;
                left += _slots[i].Left ? 1 : 0;
            }
            return wanted;
        }
    }

    /// <summary>Waits for a slot's turn. Returns when it was meant to come, or null: never.</summary>
    public ValueTask<TimeSpan?> EnterAsync(int slot, TimeSpan elapsed)
    {
        lock (_lock)
        {
            ref var entering = ref _slots[slot];
            entering.Entered = elapsed;
            entering.Rested = false;
            if (!_closed && entering.Due <= elapsed && Wants(_orders, slot, LeftBefore(slot), elapsed))
            {
                return ValueTask.FromResult<TimeSpan?>(entering.Begin(elapsed));
            }
            var turn = entering.Waiting = new TaskCompletionSource<TimeSpan?>(TaskCreationOptions.RunContinuationsAsynchronously);
            Pass(elapsed);
            return new ValueTask<TimeSpan?>(turn.Task);
        }
    }

    /// <summary>A slot has had all of its iterations: in a scaled run the next one takes its place.</summary>
    public void Leave(int slot, TimeSpan elapsed)
    {
        lock (_lock)
        {
            _slots[slot].Left = true;
            Pass(elapsed);
        }
    }

    /// <summary>
    /// Takes the queue's orders. Slots that scaling up asks for are spread like those that a run begins with; what runs in a slot that scaling
    /// down does without is left to its end.
    /// </summary>
    public void Order(RunOrders orders, TimeSpan elapsed)
    {
        lock (_lock)
        {
            var before = _orders;
            _orders = orders;
            if (orders.Agents == before.Agents)
            {
                return;
            }
            for (var (i, left) = (0, 0); i < _slots.Length; left += _slots[i].Left ? 1 : 0, i++)
            {
                if (Wants(orders, i, left, elapsed) && !Wants(before, i, left, elapsed))
                {
                    _slots[i].Ask(elapsed + _shape.SpreadOf(_lease.Block.FirstSlot + i, _think));
                }
            }
        }
    }

    /// <summary>Lets in whose turn has come; returns the time until the next one that is certain, <see cref="TimeSpan.MaxValue"/> for none.</summary>
    public TimeSpan Look(TimeSpan elapsed)
    {
        lock (_lock)
        {
            return Pass(elapsed);
        }
    }

    /// <summary>Whether a slot waits for its turn.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_lock)
            {
                foreach (ref readonly var slot in _slots.AsSpan())
                {
                    if (slot.Waiting is not null)
                    {
                        return true;
                    }
                }
                return false;
            }
        }
    }

    /// <summary>No session may begin any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Pass(TimeSpan.Zero);
        }
    }

    private TimeSpan Pass(TimeSpan elapsed)
    {
        var next = TimeSpan.MaxValue;
        for (var (i, left) = (0, 0); i < _slots.Length; left += _slots[i].Left ? 1 : 0, i++)
        {
            ref var slot = ref _slots[i];
            if (slot.Waiting is not { } waiting)
            {
                continue;
            }
            if (_closed || NeverWants(i))
            {
                slot.Waiting = null;
                waiting.SetResult(null);
            }
            else if (!Wants(_orders, i, left, elapsed))
            {
                slot.Rested = true;
            }
            else if (slot.Due > elapsed)
            {
                next = slot.Due - elapsed < next ? slot.Due - elapsed : next;
            }
            else
            {
                slot.Waiting = null;
                waiting.SetResult(slot.Begin(elapsed));
            }
        }
        return next;
    }

    /// <summary>Whether the load asks for a slot, of which <paramref name="left"/> before it in the block have left.</summary>
    private bool Wants(RunOrders orders, int slot, int left, TimeSpan elapsed)
    {
        var number = _lease.Block.FirstSlot + slot;
        return orders.Agents is { } agents ? number - left - orders.FirstSlot < agents : number < _shape.ActiveAgents(elapsed);
    }

    /// <summary>Whether waiting for the slot's turn would be waiting for ever: the run has no end in time and its load never gets that far.</summary>
    private bool NeverWants(int slot) => _lease.Plan.Scenario.Duration is null && _orders.Agents is null
        && _lease.Block.FirstSlot + slot >= _shape.ActiveAgents(TimeSpan.MaxValue);

    private int LeftBefore(int slot)
    {
        var left = 0;
        for (var i = 0; i < slot; i++)
        {
            left += _slots[i].Left ? 1 : 0;
        }
        return left;
    }

    /// <summary>Where one slot stands.</summary>
    private struct SlotTurn
    {
        /// <summary>When it may start at the earliest.</summary>
        public TimeSpan Due;

        /// <summary>When it last asked to begin a session.</summary>
        public TimeSpan Entered;

        /// <summary>Whether it has begun a session since <see cref="Due"/>.</summary>
        public bool Begun;

        /// <summary>Whether the load had no use for it since it entered.</summary>
        public bool Rested;

        /// <summary>Whether it begins no more sessions.</summary>
        public bool Left;

        /// <summary>Who waits for its turn; null: nobody.</summary>
        public TaskCompletionSource<TimeSpan?>? Waiting;

        public void Ask(TimeSpan due) => (Due, Begun, Rested) = (due, false, false);

        /// <summary>Begins a session and returns when that was meant to be: late is only who had a time to start at.</summary>
        public TimeSpan Begin(TimeSpan elapsed)
        {
            var meant = Rested ? elapsed : Begun && Entered > Due ? Entered : Due;
            Begun = true;
            return meant;
        }
    }
}
