using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Load;

/// <summary>A load shape of the closed model: how many agents are active, a pure function of the time since the run's start.</summary>
public sealed class LoadShape(LoadSpec load, int agents, TimeSpan? duration)
{
    private static readonly TimeSpan LongestSpread = TimeSpan.FromSeconds(30);

    // A shape of rates says nothing of agents: as many as are needed, at most all.
    private readonly LoadProfile _profile = load.Rate is null ? LoadProfile.Planned(load, agents, duration) : LoadProfile.Constant(agents);

    /// <summary>
    /// When slot <paramref name="slot"/> of a constant shape starts, since the run's start. Users who pause between actions do not arrive in
    /// one instant: released together, with the same pause, they would act in step for the whole run, and what is measured would be the
    /// queue that this makes in the generator. They are spread evenly over one mean think time (at most 30 s and a tenth of the duration),
    /// by the golden ratio, so that the order of the slots does not matter. Without think time all start at once.
    /// </summary>
    /// <param name="slot">Slot from 0.</param>
    /// <param name="think">Mean think time.</param>
    public TimeSpan StartOf(int slot, TimeSpan think) => load.Shape is LoadShapeKind.Constant or LoadShapeKind.Volume or LoadShapeKind.Baseline or LoadShapeKind.Breakpoint ? SpreadOf(slot, think) : TimeSpan.Zero;

    /// <summary>When slot <paramref name="slot"/> starts after slots were released together, by the rule of <see cref="StartOf"/>: for those that come by scaling up.</summary>
    /// <param name="slot">Slot from 0.</param>
    /// <param name="think">Mean think time.</param>
    public TimeSpan SpreadOf(int slot, TimeSpan think)
    {
        var longest = load.Shape is LoadShapeKind.Breakpoint ? BreakpointTerms.LongestSpread : LongestSpread;
        var spread = TimeSpan.FromTicks(Math.Min(think.Ticks, Math.Min(longest.Ticks, (duration ?? TimeSpan.MaxValue).Ticks / 10)));
        return spread * (slot * 0.6180339887498949 % 1);
    }

    /// <summary>Number of agents that should be active at <paramref name="elapsed"/>; slot i is active when i is smaller.</summary>
    public int ActiveAgents(TimeSpan elapsed) => (int)Math.Round(_profile.ValueAt(elapsed), MidpointRounding.AwayFromZero);
}
