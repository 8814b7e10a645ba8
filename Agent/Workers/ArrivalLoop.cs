using System.Collections.Immutable;
using ApeTest.Agent.Journeys;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Load;

namespace ApeTest.Agent.Workers;

/// <summary>
/// The open model in one block: starts a session at each of the block's arrivals, in a free slot. An arrival that finds none free is
/// dropped and counted: it does not wait, since waiting would turn the open model into a closed one. To be run on <paramref name="thread"/>, whose
/// timers end within a millisecond or so where it is a loop.
/// </summary>
internal sealed class ArrivalLoop(BlockRun block, RunContext run, ArrivalSchedule schedule, IAgentThread thread)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly int _blocks = run.Plan.BlockCount;
    private readonly BlockArrivals _arrivals = schedule.ForBlock(block.Block.Index, run.Plan.BlockCount, run.Plan.Seed);
    private readonly List<(SlotSessions Sessions, Task Session, int Number)> _slots = [];
    private ImmutableArray<RateStep> _rates = [];

    public async Task RunAsync()
    {
        Follow();
        if (block.IsTakenOver)
        {
            _arrivals.MoveTo(block.Elapsed);
            // Those since the last report of whoever had the block: nobody was there for them.
            block.Dropped("no_worker", Math.Max(0, _arrivals.Before - block.NextOf(SlotProgress.Arrivals)));
            block.Recorder.ArrivalsDone(_arrivals.Before);
        }
        else
        {
            _arrivals.MoveNext();
        }
        for (; await DueAsync(); _arrivals.MoveNext())
        {
            if (FreeSlot() is { } slot)
            {
                var (sessions, _, number) = _slots[slot];
                var start = new SessionStart(NumberOf(slot), number, block.TimestampAt(_arrivals.At), (int)_arrivals.Number);
                _slots[slot] = (sessions, sessions.Thread.StartAsync(async () => await sessions.RunAsync(start)), number + 1);
            }
            else
            {
                block.Dropped("no_free_agent", 1);
            }
            block.Recorder.ArrivalsDone(_arrivals.Before + 1);
        }
        if (block.IsYielded)
        {
            block.GiveBack();
        }
        else if (_arrivals.Left is > 0 and var left)
        {
            block.Dropped(block.Stop.Draining || run.IsExhausted ? "stopped" : "duration", left);
        }
        await Task.WhenAll(_slots.Select(static slot => slot.Session));
        await Task.WhenAll(_slots.Select(static slot => slot.Sessions.Thread.StartAsync(async () => await slot.Sessions.DisposeAsync())));
    }

    /// <summary>Waits until the current arrival's time has come; false when no session may start any more.</summary>
    private async ValueTask<bool> DueAsync()
    {
        while (!block.Stop.Draining && !run.IsExhausted)
        {
            Follow();
            var has = _arrivals.HasCurrent;
            // Where the rate is ordered, one that lies behind the run's end may still be called forward.
            if (!has && (!schedule.IsOrdered || block.IsOver))
            {
                return false;
            }
            var wait = has ? _arrivals.At - block.Elapsed : Poll;
            if (wait <= TimeSpan.Zero)
            {
                return true;
            }
            try
            {
                // In slices: a stop and another rate must be heard within moments, however low the rate.
                await thread.DelayAsync(wait < Poll ? wait : Poll, block.Stop.Aborted);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
        return false;
    }

    private void Follow()
    {
        var rates = block.Rates;
        if (rates.IsEmpty || rates.SequenceEqual(_rates))
        {
            return;
        }
        _rates = rates;
        _arrivals.Follow(LoadProfile.Ordered(rates));
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
            var slot = NumberOf(free.Value);
            _slots.Add((new SlotSessions(block, run, slot), Task.CompletedTask, block.NextOf(slot)));
        }
        return free;
    }

    /// <summary>The slot's number in the run: those that scaling up added come after the plan's, the blocks in turn.</summary>
    private int NumberOf(int slot) => slot < block.Block.Count
        ? block.Block.FirstSlot + slot
        : run.Plan.Slots + ((slot - block.Block.Count) * _blocks) + block.Block.Index;
}
