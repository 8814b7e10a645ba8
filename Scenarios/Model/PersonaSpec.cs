using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>A kind of user.</summary>
public sealed record PersonaSpec
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Added to the system prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>Think time before each action but the first. Default none.</summary>
    public ThinkTime Think { get; init; } = ThinkTime.None;

    /// <summary>
    /// How long such a user keeps at a goal: the session ends as stuck after this time, or after the scenario's
    /// <see cref="SessionSpec.Timeout"/> where that is shorter. Null: only the latter.
    /// </summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Share of sessions relative to the other personas. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Think time that an average user takes; zero without personas.</summary>
    public static TimeSpan MeanThink(ImmutableArray<PersonaSpec> personas)
    {
        var weight = personas.Sum(static persona => persona.Weight);
        return weight > 0 ? TimeSpan.FromSeconds(personas.Sum(static persona => persona.Think.Mean.TotalSeconds * persona.Weight) / weight) : TimeSpan.Zero;
    }
}
