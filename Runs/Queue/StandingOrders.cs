using System.Collections.Immutable;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue;

/// <summary>What a run was told so far, and what a signal makes of it: one rule for every queue.</summary>
internal sealed record StandingOrders
{
    /// <summary>How far it is stopped.</summary>
    public StopStage Stop { get; init; }

    /// <summary>Its final status where it was stopped; null where it was not.</summary>
    public string? Reason { get; init; }

    /// <summary>Agents wanted; null: as planned.</summary>
    public int? Agents { get; init; }

    /// <summary>Rates ordered; empty: as planned.</summary>
    public ImmutableArray<RateStep> Rates { get; init; } = [];

    /// <summary>The orders as workers get them.</summary>
    /// <param name="firstSlot">First slot of the first block that has not ended.</param>
    public RunOrders ToOrders(int firstSlot) => new(Agents, Stop, Agents is null ? 0 : firstSlot) { Rates = Rates };

    /// <summary>The run's status.</summary>
    public string StatusOf(bool started, bool ended) => ended ? Reason ?? "completed" : started ? "running" : "queued";

    /// <summary>Throws where a signal is none that the run can have (<see cref="IRunQueue.SignalAsync"/>).</summary>
    public static void Check(RunSignal signal, RunPlan plan, int? room)
    {
        if (signal.Reason is not (null or "stopped" or "budget" or "interrupted" or "aborted" or "completed"))
        {
            throw new ArgumentException($"Unknown reason {signal.Reason}.", nameof(signal));
        }
        if (signal.Kind is RunSignalKind.Scale && ScaleRange.Of(plan, room) is var range && !range.Allows(signal.Agents))
        {
            throw new ArgumentOutOfRangeException(nameof(signal), signal.Agents, $"The run can have {range.Least} to {range.Most} agents. {range.Why}");
        }
        if (signal.Kind is RunSignalKind.Rate && !(signal.PerSecond > 0 && plan.Scenario.Load is { Rate: not null, Shape: LoadShapeKind.Breakpoint }))
        {
            throw new ArgumentException("A rate above 0 can be ordered where the load's shape is a breakpoint of rates.", nameof(signal));
        }
    }

    /// <summary>The orders after a signal that was <see cref="Check"/>ed, to a run that has not ended; the same where it changes nothing.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="plan">The run.</param>
    /// <param name="elapsed">Time since its start; zero before.</param>
    public StandingOrders After(RunSignal signal, RunPlan plan, TimeSpan elapsed)
    {
        switch (signal.Kind)
        {
            case RunSignalKind.Scale or RunSignalKind.Rate when Stop is not StopStage.None:
                return this;
            case RunSignalKind.Scale:
                return this with { Agents = signal.Agents };
            case RunSignalKind.Rate:
                var rates = Rates.IsEmpty ? [RateStep.First(LoadProfile.Planned(plan.Scenario.Load, plan.Slots, null).Highest)] : Rates;
                return this with { Rates = RateStep.Add(rates, elapsed, signal.PerSecond) };
            default:
                var stage = signal.Kind is RunSignalKind.Abort ? StopStage.Abort : StopStage.Drain;
                return this with { Stop = Stop > stage ? Stop : stage, Reason = Reason ?? signal.Reason ?? "stopped" };
        }
    }

    /// <summary>
    /// Closed model: blocks for the slots that are not there yet. They are full ones, so that the next step up finds slots at rest. None in the open model.
    /// </summary>
    /// <param name="plan">The run.</param>
    /// <param name="last">Its last block.</param>
    public IEnumerable<RunBlock> Missing(RunPlan plan, RunBlock last)
    {
        if (plan.Scenario.Load.Rate is not null)
        {
            yield break;
        }
        while (last.FirstSlot + last.Count < Agents)
        {
            last = new RunBlock(last.Index + 1, last.FirstSlot + last.Count, RunPlan.BlockSize);
            yield return last;
        }
    }
}
