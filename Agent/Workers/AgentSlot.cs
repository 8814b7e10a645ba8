using ApeTest.Agent.Sessions;

namespace ApeTest.Agent.Workers;

/// <summary>One agent: runs sessions one after another while it is wanted.</summary>
internal sealed class AgentSlot(BlockRun block, RunContext run, int slot)
{
    private static readonly TimeSpan FirstPace = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxPace = TimeSpan.FromSeconds(1);

    public async Task RunAsync()
    {
        var limit = run.Plan.IterationsOf(slot);
        var pace = TimeSpan.Zero;
        // Where the block was another worker's before, its sessions are done, and so is the one that was under way.
        var n = block.NextOf(slot);
        await using var sessions = new SlotSessions(block, run, slot);
        while (n != limit && await block.EnterAsync(slot) is { } meant)
        {
            // Who is refused at once must not make the agent spin: sessions that fail faster than anyone could act are spaced out.
            if (await sessions.RunAsync(new SessionStart(slot, n++, meant)))
            {
                pace = TimeSpan.Zero;
                continue;
            }
            pace = pace == TimeSpan.Zero ? FirstPace : pace * 2 < MaxPace ? pace * 2 : MaxPace;
            await DelayAsync(pace);
        }
        block.Leave(slot);
        if (block.IsYielded && n != limit)
        {
            block.GiveBack();
        }
        else if (limit - n is > 0 and var left)
        {
            block.Dropped(block.Stop.Draining || run.IsExhausted ? "stopped" : block.IsOver ? "duration" : "load", left);
        }
    }

    private async ValueTask DelayAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, run.Time, block.Stop.Aborted);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the order itself.
        }
    }
}
