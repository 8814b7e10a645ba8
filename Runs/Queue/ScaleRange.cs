using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>To how many agents a run can be scaled, one rule for the queue and whoever asks it.</summary>
/// <param name="Least">Fewest agents.</param>
/// <param name="Most">Most agents.</param>
/// <param name="Why">What sets the bounds, and what to do beyond them.</param>
public sealed record ScaleRange(int Least, int Most, string Why)
{
    /// <summary>Most agents of any run: what a scenario may ask for.</summary>
    public const int MostAgents = 1_000_000;

    /// <summary>
    /// The range of a run. Closed model: from 1 up, beyond the plan's slots by new blocks; a limited number of iterations is shared out over
    /// the plan's slots beforehand, so that more agents would find nothing to do. Open model: arrivals are dealt out to the plan's blocks, each
    /// of which needs an agent for its own.
    /// </summary>
    /// <param name="plan">The run.</param>
    /// <param name="room">Agents that fit where it runs. Default: that is not known.</param>
    public static ScaleRange Of(RunPlan plan, int? room = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var range = Bounds(plan);
        return room < range.Most
            ? range with { Most = Math.Max(room.Value, range.Least), Why = $"More than {room} do not fit in its process; docs/errors.md has the arithmetic. Start a run where there is more room." }
            : range;
    }

    private static ScaleRange Bounds(RunPlan plan)
    {
        if (plan.Scenario.Load.Rate is not null)
        {
            return new ScaleRange(plan.BlockCount, MostAgents, plan.BlockCount == 1
                ? "It starts sessions at a rate, and its agents are the most that may run at a time. Stop it with `ape-test stop`."
                : $"It starts sessions at a rate, dealt out to {plan.BlockCount} blocks, each of which needs an agent. Start a run with fewer agents instead.");
        }
        return plan.Scenario.Iterations is { } iterations
            ? new ScaleRange(1, plan.Slots, $"Its {iterations} iterations are shared out over {plan.Slots} agents: more would find nothing to do. Start a run with more agents, or with --duration.")
            : FeedCursor.MostSlots(plan.Scenario) is { } rows
            ? new ScaleRange(1, Math.Min(rows, MostAgents), $"A feed with `order: unique` has {rows} rows, one for each agent. Add rows, or share them with `onEnd: recycle`.")
            : new ScaleRange(1, MostAgents, "No scenario may have more agents, and fewer than 1 is no load: `ape-test stop` ends a run.");
    }

    /// <summary>Whether the run can have so many agents.</summary>
    public bool Allows(int agents) => agents >= Least && agents <= Most;
}
