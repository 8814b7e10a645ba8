using ApeTest.Agent.Sessions;
using ApeTest.Scenarios.Load;

namespace ApeTest.Agent.Workers;

/// <summary>
/// The open model in one block: starts a session at each of the block's arrivals, in a free slot. An arrival that finds none free is
/// dropped and counted: it does not wait, since waiting would turn the open model into a closed one.
/// </summary>
internal sealed class ArrivalLoop(BlockRun block, RunContext run, ArrivalSchedule schedule)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly int _blocks = run.Plan.BlockCount;
    private readonly List<(SlotSessions Sessions, Task Session, int Number)> _slots = [];

    public async Task RunAsync()
    {
        var arrival = First();
        while (schedule.Has(arrival) && await DueAsync(schedule.At(arrival)))
        {
            if (FreeSlot() is { } slot)
            {
                var (sessions, _, number) = _slots[slot];
                var start = new SessionStart(NumberOf(slot), number, block.TimestampAt(schedule.At(arrival)), (int)arrival);
                _slots[slot] = (sessions, sessions.Thread.StartAsync(async () => await sessions.RunAsync(start)), number + 1);
            }
            else
            {
                block.Dropped("no_free_agent", 1);
            }
            arrival += _blocks;
        }
        if (schedule.Left(arrival, _blocks) is > 0 and var left)
        {
            block.Dropped(block.Stop.Draining || run.IsExhausted ? "stopped" : "duration", left);
        }
        await Task.WhenAll(_slots.Select(static slot => slot.Session));
        await Task.WhenAll(_slots.Select(static slot => slot.Sessions.Thread.StartAsync(async () => await slot.Sessions.DisposeAsync())));
    }

    /// <summary>The block's first arrival; of a block taken over from a lost worker, the first that is still to come.</summary>
    private long First()
    {
        long arrival = block.Block.Index;
        if (block.IsTakenOver)
        {
            while (schedule.Has(arrival) && schedule.At(arrival) < block.Elapsed)
            {
                arrival += _blocks;
            }
        }
        return arrival;
    }

    /// <summary>Waits until the time has come; false when no session may start any more.</summary>
    private async ValueTask<bool> DueAsync(TimeSpan at)
    {
        while (!block.Stop.Draining && !run.IsExhausted)
        {
            var wait = at - block.Elapsed;
            if (wait <= TimeSpan.Zero)
            {
                return true;
            }
            try
            {
                // In slices: a stop must be heard within moments, however low the rate.
                await Task.Delay(wait < Poll ? wait : Poll, run.Time, block.Stop.Aborted);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>A slot without a session; null where as many run as may. Scaled down, those above the new number end first.</summary>
    private int? FreeSlot()
    {
        int? free = null;
        var running = 0;
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            if (!_slots[slot].Session.IsCompleted)
            {
                running++;
            }
            else
            {
                free ??= slot;
            }
        }
        if (running >= block.MostSessions)
        {
            return null;
        }
        if (free is null)
        {
            free = _slots.Count;
            _slots.Add((new SlotSessions(block, run, NumberOf(free.Value)), Task.CompletedTask, 0));
        }
        return free;
    }

    /// <summary>The slot's number in the run: those that scaling up added come after the plan's, the blocks in turn.</summary>
    private int NumberOf(int slot) => slot < block.Block.Count
        ? block.Block.FirstSlot + slot
        : run.Plan.Slots + ((slot - block.Block.Count) * _blocks) + block.Block.Index;
}
