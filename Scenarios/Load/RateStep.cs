using System.Collections.Immutable;

namespace ApeTest.Scenarios.Load;

/// <summary>
/// A rate that holds from a time on: what a run is ordered to do while it goes on. Workers compute from it when each arrival starts, so that
/// arrivals stay numbered without gaps and doubles over all blocks.
/// </summary>
/// <param name="Since">When it begins, since the run's start.</param>
/// <param name="Before">Arrivals before it: the integral of the rate up to <paramref name="Since"/>.</param>
/// <param name="PerSecond">Sessions a second, above 0.</param>
public readonly record struct RateStep(TimeSpan Since, double Before, double PerSecond)
{
    /// <summary>An order lies so far ahead: by then every worker has heard of it with its heartbeat, and all change at one moment.</summary>
    public static TimeSpan Lead { get; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The rate that a run begins with.</summary>
    public static RateStep First(double perSecond) => new(TimeSpan.Zero, 0, perSecond);

    /// <summary>Adds an order that is given at <paramref name="elapsed"/>; lets those go that another has followed by then. Bounded by the orders of one <see cref="Lead"/>.</summary>
    /// <param name="steps">Orders so far, at least one, by time.</param>
    /// <param name="elapsed">Time since the run's start.</param>
    /// <param name="perSecond">Sessions a second, above 0.</param>
    public static ImmutableArray<RateStep> Add(ImmutableArray<RateStep> steps, TimeSpan elapsed, double perSecond)
    {
        var last = steps[^1];
        var since = elapsed + Lead > last.Since ? elapsed + Lead : last.Since;
        var step = new RateStep(since, last.Before + (last.PerSecond * (since - last.Since).TotalSeconds), perSecond);
        var first = 0;
        while (first + 1 < steps.Length && steps[first + 1].Since <= elapsed)
        {
            first++;
        }
        // One that has not begun when the next replaces it never will.
        return [.. steps[first..].Where(one => one.Since < since), step];
    }
}
