using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Planning;

/// <summary>
/// What a session does, by weight: one of the journeys, or a goal. A pure function of (seed, slot, session), so that any worker decides the
/// same; it allocates nothing and hashes by <see cref="SessionStream.Key"/>. Made once a run; thread-safe.
/// </summary>
public sealed class SessionMix
{
    /// <summary>Stands for a goal; which one, <see cref="SessionInputs"/> draws.</summary>
    public const int Goal = -1;

    private readonly WeightedChoice _choices;
    private readonly WeightedChoice _personas;
    private readonly bool _hasGoals;
    private readonly bool _hasPersonas;

    /// <param name="scenario">A scenario with at least one goal or journey.</param>
    public SessionMix(Scenario scenario)
    {
        _hasGoals = !scenario.Goals.IsEmpty;
        if (!_hasGoals && scenario.Journeys.IsEmpty)
        {
            throw new ArgumentException("A scenario without goals and journeys has no sessions.", nameof(scenario));
        }
        var journeys = scenario.Journeys.Select(static journey => journey.Weight);
        // The goals together, as one: which of them, their own stream says as it does without journeys.
        _choices = new WeightedChoice(_hasGoals ? journeys.Prepend(scenario.Goals.Sum(static goal => goal.Weight)) : journeys);
        _hasPersonas = !scenario.Personas.IsEmpty;
        _personas = new WeightedChoice(scenario.Personas.Select(static persona => persona.Weight));
    }

    /// <summary>Index of the session's journey, or <see cref="Goal"/>.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
    /// <param name="session">Session of the slot from 0.</param>
    public int Pick(long seed, int slot, int session)
    {
        var choice = _choices.Pick(SessionStream.ToUnit(SessionStream.Key(seed, slot, session, SessionStream.ChoicePurpose)));
        return _hasGoals ? choice - 1 : choice;
    }

    /// <summary>Index of the persona of a session that takes a journey; null where the scenario has none.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
    /// <param name="session">Session of the slot from 0.</param>
    public int? Persona(long seed, int slot, int session) => _hasPersonas
        ? _personas.Pick(SessionStream.ToUnit(SessionStream.Key(seed, slot, session, SessionStream.PersonaPurpose)))
        : null;
}
