using ApeTest.Scenarios.Planning;

namespace ApeTest.Agent.Sessions;

/// <summary>Which session starts, and when the load asked for it.</summary>
/// <param name="Slot">Slot, from 0.</param>
/// <param name="Number">Session of the slot, from 0.</param>
/// <param name="Meant">Timestamp at which it was meant to start.</param>
/// <param name="Arrival">Open model: its arrival, from 0. Null in the closed model.</param>
internal readonly record struct SessionStart(int Slot, int Number, long Meant, int? Arrival = null)
{
    /// <summary>What the session's random choices depend on, beside the run's seed.</summary>
    public (int Slot, int Session) Seeded => Arrival is { } arrival ? (SessionRandom.Arrival, arrival) : (Slot, Number);
}
