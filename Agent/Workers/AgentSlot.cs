using ApeTest.Agent.Sessions;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Workers;

/// <summary>One agent: runs sessions one after another while it is wanted.</summary>
internal sealed class AgentSlot(BlockRun block, RunContext run, int slot)
{
    private static readonly TimeSpan FirstPace = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxPace = TimeSpan.FromSeconds(1);

    // A session that asked a model and did anything takes longer than this.
    private static readonly TimeSpan Suspicious = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync()
    {
        var limit = run.Plan.IterationsOf(slot);
        var pace = TimeSpan.Zero;
        var n = 0;
        while (n != limit && await block.EnterAsync(slot) is { } meant)
        {
            var record = await new Session(run, block.Recorder, new SessionStart(slot, n++, meant)).RunAsync(block.Stop);

            // A model that refuses at once must not make the agent spin: sessions that fail faster than anyone could act are spaced out.
            if (record is not { Outcome: SessionOutcome.AgentError, Actions.IsEmpty: true } || record.DurationS >= Suspicious.TotalSeconds)
            {
                pace = TimeSpan.Zero;
                continue;
            }
            pace = pace == TimeSpan.Zero ? FirstPace : pace * 2 < MaxPace ? pace * 2 : MaxPace;
            await DelayAsync(pace);
        }
        block.Leave(slot);
        if (limit - n is > 0 and var left)
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
