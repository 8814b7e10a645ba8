using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Load;

/// <summary>A load shape: a pure function of the time since the run's start.</summary>
public sealed class LoadShape(LoadSpec load, int agents, TimeSpan? duration)
{
    /// <summary>Number of agents that should be active at <paramref name="elapsed"/>; slot i is active when i is smaller.</summary>
    public int ActiveAgents(TimeSpan elapsed)
    {
        if (load.Shape is LoadShapeKind.Constant)
        {
            return agents;
        }

        var from = load.From ?? 1;
        var to = load.To ?? agents;
        var over = load.Over ?? duration ?? TimeSpan.Zero;
        if (over <= TimeSpan.Zero || elapsed >= over)
        {
            return to;
        }
        return (int)Math.Round(from + ((to - from) * (elapsed / over)), MidpointRounding.AwayFromZero);
    }
}
