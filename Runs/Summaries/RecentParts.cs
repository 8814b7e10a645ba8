using ApeTest.Runs.Control;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Summaries;

/// <summary>The parts of the time between actions over the last 10 intervals.</summary>
internal sealed class RecentParts
{
    private const int Intervals = 10;
    private readonly Queue<(long Think, long Model, long Gateway, long Target, long Whole)> _sums = new();

    /// <summary>Takes what was measured since the last call.</summary>
    public void Add(IntervalMetrics interval)
    {
        if (_sums.Count == Intervals)
        {
            _sums.Dequeue();
        }
        _sums.Enqueue((interval.Think, interval.Model, interval.Gateway, interval.Target, interval.Overall.RawSum));
    }

    /// <summary>So many active agents by state; null while nothing was measured.</summary>
    public AgentStates? States(int active, int wanted)
    {
        var whole = _sums.Sum(static sum => sum.Whole);
        if (whole <= 0)
        {
            return null;
        }
        var (think, model, gateway, target) = (Agents(static sum => sum.Think), Agents(static sum => sum.Model), Agents(static sum => sum.Gateway), Agents(static sum => sum.Target));
        var rest = active - think - model - gateway - target;
        // What rounding gave too much is taken from the largest.
        return rest >= 0 ? new AgentStates(think, model, gateway, target, rest, Math.Max(0, wanted - active))
            : think >= Math.Max(model, target) ? new AgentStates(think + rest, model, gateway, target, 0, Math.Max(0, wanted - active))
            : model >= target ? new AgentStates(think, model + rest, gateway, target, 0, Math.Max(0, wanted - active))
            : new AgentStates(think, model, gateway, target + rest, 0, Math.Max(0, wanted - active));

        int Agents(Func<(long Think, long Model, long Gateway, long Target, long Whole), long> part) =>
            (int)Math.Round(active * Math.Min(1, _sums.Sum(part) / (double)whole));
    }
}
