using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Load;

/// <summary>
/// The open model: when sessions are meant to start, whatever the sessions before them do. A pure function, so that workers need no common
/// counter: arrival i belongs to block i mod B. Even arrivals: arrival i starts when the integral of the rate is i. Poisson arrivals:
/// each block has a process of its own of a B-th of the rate, drawn from the seed and the block; their merge is a Poisson process of the
/// rate (superposition).
/// </summary>
/// <param name="profile">Sessions a second.</param>
/// <param name="iterations">Arrivals in all; null for no limit.</param>
/// <param name="duration">Time in which arrivals are meant to start; null for no limit.</param>
/// <param name="kind">How they are spread.</param>
public sealed class ArrivalSchedule(LoadProfile profile, int? iterations, TimeSpan? duration, ArrivalKind kind = ArrivalKind.Even)
{
    /// <summary>Most sessions at the same time where the scenario says nothing and has goals: ten seconds of arrivals, at most this many.</summary>
    public const int MostAgentsByDefault = 1000;

    /// <summary>As <see cref="MostAgentsByDefault"/> of a scenario with journeys only, whose agents cost kilobytes and start when they are needed.</summary>
    public const int MostJourneysByDefault = 10_000;

    private static readonly TimeSpan DefaultSessionTime = TimeSpan.FromSeconds(10);

    /// <summary>Whether its rate is ordered while the run goes on: a breakpoint is searched.</summary>
    public bool IsOrdered { get; private init; }

    /// <summary>A constant rate.</summary>
    public ArrivalSchedule(ArrivalRate rate, int? iterations, TimeSpan? duration)
        : this(LoadProfile.Constant(rate.PerSecond), iterations, duration)
    {
    }

    /// <summary>That of a scenario; null in the closed model.</summary>
    public static ArrivalSchedule? Of(Scenario scenario) => scenario.Load.Rate is null
        ? null
        : new ArrivalSchedule(LoadProfile.Planned(scenario.Load, scenario.Agents, scenario.Duration), scenario.Iterations, scenario.Duration, scenario.Load.Arrivals)
        {
            IsOrdered = scenario.Load.Shape is LoadShapeKind.Breakpoint,
        };

    /// <summary>When an even arrival is meant to start, since the run's start; <see cref="TimeSpan.MaxValue"/>: never.</summary>
    public TimeSpan At(long arrival) => profile.TimeOf(arrival);

    /// <summary>Whether the run has such an even arrival.</summary>
    public bool Has(long arrival) => Has(arrival, At(arrival));

    /// <summary>
    /// Arrivals of a block from number <paramref name="from"/> on that a run cut short leaves out: those of a limited number of iterations;
    /// without a limit there are none to miss.
    /// </summary>
    public int Left(long from, int blocks) => iterations is { } most && from < most ? (int)((most - from - 1) / blocks) + 1 : 0;

    /// <summary>The arrivals of one block, in order.</summary>
    /// <param name="block">Block from 0.</param>
    /// <param name="blocks">Blocks of the run.</param>
    /// <param name="seed">Seed of the run; even arrivals draw nothing.</param>
    public BlockArrivals ForBlock(int block, int blocks, long seed) => new(this, block, blocks,
        kind is ArrivalKind.Poisson ? new SessionStream(seed, SessionRandom.Arrival, block, SessionStream.ArrivalPurpose) : null);

    /// <summary>
    /// Most sessions at the same time where the scenario does not say: as many as arrive in ten seconds (Little's law for sessions of
    /// that length), at least 1 and at most <paramref name="most"/>.
    /// </summary>
    /// <param name="rate">Highest rate.</param>
    /// <param name="most"><see cref="MostAgentsByDefault"/> or <see cref="MostJourneysByDefault"/>.</param>
    public static int DefaultAgents(ArrivalRate rate, int most = MostAgentsByDefault) =>
        (int)Math.Clamp(Math.Ceiling(rate.PerSecond * DefaultSessionTime.TotalSeconds), 1, most);

    internal LoadProfile Profile => profile;

    internal bool Has(long arrival, TimeSpan at) => (iterations is not { } most || arrival < most) && (duration is not { } end ? at < TimeSpan.MaxValue : at < end);
}
