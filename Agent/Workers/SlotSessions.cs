using ApeTest.Agent.Journeys;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Workers;

/// <summary>The sessions of one slot, one at a time: each a goal or a journey, by the scenario's weights.</summary>
internal sealed class SlotSessions(BlockRun block, RunContext run, int slot) : IAsyncDisposable
{
    // A session that asked a model, or the target, and did anything takes longer than this.
    private static readonly TimeSpan Suspicious = TimeSpan.FromMilliseconds(50);

    private readonly JourneyRunner? _journeys = run.Journeys?.CreateRunner(run, block.Recorder, slot);

    /// <summary>Where they run.</summary>
    public IAgentThread Thread { get; } = run.ThreadOf(slot);

    /// <summary>Runs a session to its end, on <see cref="Thread"/>. False where it ended at once, having done nothing: such sessions must be spaced out.</summary>
    public ValueTask<bool> RunAsync(SessionStart start) => _journeys is not null && run.JourneyOf(in start) is { } journey
        ? _journeys.RunAsync(journey, start, block.Stop, Suspicious)
        : RunGoalAsync(start);

    /// <summary>The slot has had its last session: what its agent set up is torn down. On <see cref="Thread"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_journeys is not null)
        {
            await _journeys.EndAsync(block.Stop.Aborted);
        }
    }

    private async ValueTask<bool> RunGoalAsync(SessionStart start)
    {
        // Its brain and its tools are at home on the thread pool, and may block a loop.
        var record = await (_journeys is null
            ? new Session(run, block.Recorder, start).RunAsync(block.Stop)
            : Task.Run(() => new Session(run, block.Recorder, start).RunAsync(block.Stop)));
        return record is not { Outcome: SessionOutcome.AgentError, Actions.IsEmpty: true } || record.DurationS >= Suspicious.TotalSeconds;
    }
}
