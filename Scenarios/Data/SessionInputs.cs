using System.Collections.Immutable;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// What a session with a goal starts with: its goal, persona and data. A pure function of (scenario, seed, slot, session), dates excepted: the same
/// on any worker and in any order. Purposes of the random streams: <c>goal</c>, <c>persona</c>, <c>think</c>; feeds and generators have
/// their own.
/// </summary>
public sealed record SessionInputs
{
    private CompiledInputs _compiled = null!;

    /// <summary>The goal, chosen by weight.</summary>
    public required GoalSpec Goal { get; init; }

    /// <summary>The persona, chosen by weight; null where the scenario has none.</summary>
    public PersonaSpec? Persona { get; init; }

    /// <summary>The goal's text with values filled in and secrets as <c>{{feed.column}}</c>.</summary>
    public required string GoalText { get; init; }

    /// <summary>Values of the session's rows and of generated feeds by <c>feed.column</c>, secrets excepted.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>Secret values of the session's rows and of generated feeds by <c>feed.column</c>, and of the environment by <c>env.NAME</c>.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>What generators in the goal's own text gave: the call and its value, in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Drawn { get; init; } = [];

    /// <summary>Limits of the session: the scenario's, and the persona's patience.</summary>
    public required SessionSpec Limits { get; init; }

    /// <summary>Where the session's generators draw from.</summary>
    public required SessionDraw Draw { get; init; }

    /// <summary>Stream for the session's think times.</summary>
    public required Random Think { get; init; }

    /// <summary>The next think time of the persona; zero without one.</summary>
    public TimeSpan NextThink() => Persona?.Think.Next(Think) ?? TimeSpan.Zero;

    /// <summary>
    /// Where a value came from, for the provenance of arguments: <c>data:user.name</c>, <c>generator:order.id</c>, <c>generator:uuid()</c>;
    /// null where it is none of the session's data. Secrets are not looked at.
    /// </summary>
    public string? SourceOf(string value)
    {
        foreach (var (name, text) in Values)
        {
            if (text == value)
            {
                return (_compiled.GeneratedNames.Contains(name) ? "generator:" : "data:") + name;
            }
        }
        foreach (var (call, text) in Drawn)
        {
            if (text == value)
            {
                return "generator:" + call;
            }
        }
        return null;
    }

    /// <summary>
    /// Inputs of session number <paramref name="session"/> (from 0) of <paramref name="slot"/> (from 0) in a run; of an arrival in the open
    /// model, where <paramref name="slot"/> is <see cref="SessionRandom.Arrival"/>. <paramref name="time"/> is for dates.
    /// </summary>
    public static SessionInputs Create(RunPlan plan, int slot, int session, TimeProvider time) =>
        Create(plan.Scenario, plan.Seed, slot, session, time);

    /// <summary>Inputs of a session. The scenario has at least one goal.</summary>
    public static SessionInputs Create(Scenario scenario, long seed, int slot, int session, TimeProvider time)
    {
        if (scenario.Goals.IsEmpty)
        {
            throw new ArgumentException("A scenario without goals has no sessions with one.", nameof(scenario));
        }
        var compiled = CompiledInputs.Of(scenario);
        var draw = new SessionDraw(seed, slot, session, scenario.Agents, time);
        var values = new Dictionary<string, string>(compiled.ValueCount, StringComparer.Ordinal);
        var secrets = new Dictionary<string, string>(compiled.Environment, StringComparer.Ordinal);

        // 1. Rows.
        foreach (var (cursor, columns) in compiled.Feeds)
        {
            var cells = cursor.Cells(seed, slot, session, scenario.Agents);
            for (var i = 0; i < columns.Length; i++)
            {
                (columns[i].IsSecret ? secrets : values)[columns[i].Name] = cells[i];
            }
        }

        // 2. Generated columns, which may name values of rows.
        foreach (var (column, template) in compiled.Generated)
        {
            (column.IsSecret ? secrets : values)[column.Name] =
                template.Render(name => values.GetValueOrDefault(name) ?? secrets.GetValueOrDefault(name), draw.Next);
        }

        // 3. Goal and persona.
        var goal = compiled.Goals.Pick(SessionRandom.Create(seed, slot, session, "goal"));
        var persona = scenario.Personas.IsEmpty ? null : scenario.Personas[compiled.Personas.Pick(SessionRandom.Create(seed, slot, session, "persona"))];
        var drawn = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(compiled.GoalTexts[goal].Generators.Length);
        var text = compiled.GoalTexts[goal].Render(name => secrets.ContainsKey(name) ? null : values.GetValueOrDefault(name), generator =>
        {
            var value = draw.Next(generator);
            drawn.Add(KeyValuePair.Create(generator.Text, value));
            return value;
        });
        return new SessionInputs
        {
            _compiled = compiled,
            Goal = scenario.Goals[goal],
            Persona = persona,
            GoalText = text,
            Values = values,
            Secrets = secrets,
            Drawn = drawn.DrainToImmutable(),
            Limits = persona?.Patience < scenario.Session.Timeout ? scenario.Session with { Timeout = persona.Patience.Value } : scenario.Session,
            Draw = draw,
            Think = SessionRandom.Create(seed, slot, session, "think"),
        };
    }
}
