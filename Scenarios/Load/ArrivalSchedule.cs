using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Load;

/// <summary>
/// The open model: arrival i (from 0) is meant to start i / rate after the run's start, whatever the sessions before it do. A pure
/// function, so that workers need no common counter: arrival i belongs to block i mod B.
/// </summary>
/// <param name="rate">Sessions in a time.</param>
/// <param name="iterations">Arrivals in all; null for no limit.</param>
/// <param name="duration">Time in which arrivals are meant to start; null for no limit.</param>
public sealed class ArrivalSchedule(ArrivalRate rate, int? iterations, TimeSpan? duration)
{
    /// <summary>Most sessions at the same time where the scenario says nothing: ten seconds of arrivals, at most this many.</summary>
    public const int MostAgentsByDefault = 1000;

    private static readonly TimeSpan DefaultSessionTime = TimeSpan.FromSeconds(10);

    /// <summary>When an arrival is meant to start, since the run's start.</summary>
    public TimeSpan At(long arrival) => TimeSpan.FromTicks((long)(arrival / rate.Count * rate.Per.Ticks));

    /// <summary>Whether the run has such an arrival.</summary>
    public bool Has(long arrival) => (iterations is not { } most || arrival < most) && (duration is not { } end || At(arrival) < end);

    /// <summary>
    /// Arrivals of a block from number <paramref name="from"/> on that a run cut short leaves out: those of a limited number of iterations;
    /// without a limit there are none to miss.
    /// </summary>
    public int Left(long from, int blocks) => iterations is { } most && from < most ? (int)((most - from - 1) / blocks) + 1 : 0;

    /// <summary>
    /// Most sessions at the same time where the scenario does not say: as many as arrive in ten seconds (Little's law for sessions of
    /// that length), at least 1 and at most <see cref="MostAgentsByDefault"/>.
    /// </summary>
    public static int DefaultAgents(ArrivalRate rate) =>
        (int)Math.Clamp(Math.Ceiling(rate.PerSecond * DefaultSessionTime.TotalSeconds), 1, MostAgentsByDefault);
}
