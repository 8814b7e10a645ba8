using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Recording;

/// <summary>Time between actions (MTBA): distributions, and exact sums of the measured parts, since only means add up.</summary>
public sealed class IntervalMetrics
{
    /// <summary>Whole intervals.</summary>
    public Histogram Overall { get; init; } = new();

    /// <summary>Intervals without think time.</summary>
    public Histogram Active { get; init; } = new();

    /// <summary>Sum of think time, in ticks of 100 ns as all sums here.</summary>
    public long Think { get; set; }

    /// <summary>Sum of model time.</summary>
    public long Model { get; set; }

    /// <summary>Sum of gateway time.</summary>
    public long Gateway { get; set; }

    /// <summary>Sum of target time.</summary>
    public long Target { get; set; }

    /// <summary>Sum of harness time.</summary>
    public long Harness { get; set; }

    /// <summary>Records one interval.</summary>
    public void Record(in IntervalSample sample)
    {
        Overall.Record(sample.Interval);
        Active.Record(sample.Interval - sample.Think);
        Think += sample.Think.Ticks;
        Model += sample.Model.Ticks;
        Gateway += sample.Gateway.Ticks;
        Target += sample.Target.Ticks;
        Harness += sample.Harness.Ticks;
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(IntervalMetrics other)
    {
        Overall.Add(other.Overall);
        Active.Add(other.Active);
        Think += other.Think;
        Model += other.Model;
        Gateway += other.Gateway;
        Target += other.Target;
        Harness += other.Harness;
    }
}
