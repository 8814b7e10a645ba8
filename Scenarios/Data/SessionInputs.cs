using System.Runtime.CompilerServices;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// What one session starts with: its goal, persona and data. A pure function of (scenario, seed, slot, session): the same on any worker
/// and in any order. Purposes of the random streams: <c>goal</c>, <c>persona</c>, <c>think</c>.
/// </summary>
public sealed record SessionInputs
{
    // Templates and name lists of a scenario are the same for all its sessions; the cache holds nothing alive and changes no result.
    private static readonly ConditionalWeakTable<Scenario, CompiledInputs> Compiled = [];

    /// <summary>The goal, chosen by weight.</summary>
    public required GoalSpec Goal { get; init; }

    /// <summary>The persona, chosen by weight; null where the scenario has none.</summary>
    public PersonaSpec? Persona { get; init; }

    /// <summary>The goal's text with values filled in and secrets as <c>{{feed.column}}</c>.</summary>
    public required string GoalText { get; init; }

    /// <summary>Values of the session's rows by <c>feed.column</c>, secrets excepted.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>Secret values of the session's rows by <c>feed.column</c>.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Stream for the session's think times.</summary>
    public required Random Think { get; init; }

    /// <summary>The next think time of the persona; zero without one.</summary>
    public TimeSpan NextThink() => Persona?.Think.Next(Think) ?? TimeSpan.Zero;

    /// <summary>Where a value came from, for the provenance of arguments: <c>data:user.name</c>.</summary>
    public static string Provenance(string name) => "data:" + name;

    /// <summary>
    /// Inputs of session number <paramref name="session"/> (from 0) of <paramref name="slot"/> (from 0) in a run; of an arrival in the open
    /// model, where <paramref name="slot"/> is <see cref="SessionRandom.Arrival"/>.
    /// </summary>
    public static SessionInputs Create(RunPlan plan, int slot, int session) => Create(plan.Scenario, plan.Seed, slot, session);

    /// <summary>Inputs of a session. The scenario has at least one goal.</summary>
    public static SessionInputs Create(Scenario scenario, long seed, int slot, int session)
    {
        var compiled = Compiled.GetValue(scenario, static s => new CompiledInputs(s));
        var values = new Dictionary<string, string>(compiled.ValueCount, StringComparer.Ordinal);
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (feed, names, secret) in compiled.Feeds)
        {
            var row = FeedCursor.Of(feed, slot, session, scenario.Agents);
            for (var i = 0; i < names.Length; i++)
            {
                (secret[i] ? secrets : values)[names[i]] = row.Cells[i];
            }
        }

        var goal = compiled.Goals.Pick(SessionRandom.Create(seed, slot, session, "goal"));
        var persona = scenario.Personas.IsEmpty ? -1 : compiled.Personas.Pick(SessionRandom.Create(seed, slot, session, "persona"));
        return new SessionInputs
        {
            Goal = scenario.Goals[goal],
            Persona = persona < 0 ? null : scenario.Personas[persona],
            GoalText = compiled.Templates[goal].Render(name => secrets.ContainsKey(name) ? null : values.GetValueOrDefault(name)),
            Values = values,
            Secrets = secrets,
            Think = SessionRandom.Create(seed, slot, session, "think"),
        };
    }

    private sealed class CompiledInputs
    {
        public CompiledInputs(Scenario scenario)
        {
            if (scenario.Goals.IsEmpty)
            {
                throw new ArgumentException("A scenario without goals has no sessions.", nameof(scenario));
            }
            var secrets = scenario.Secrets.ToHashSet(StringComparer.Ordinal);
            Goals = new WeightedChoice(scenario.Goals.Select(g => g.Weight));
            Personas = new WeightedChoice(scenario.Personas.Select(p => p.Weight));
            Templates = [.. scenario.Goals.Select(g => Template.Parse(g.Goal))];
            Feeds = [.. scenario.Data.Select(feed =>
            {
                string[] names = [.. feed.Value.Columns.Select(column => $"{feed.Key}.{column}")];
                return (feed.Value, names, names.Select(secrets.Contains).ToArray());
            })];
            ValueCount = Feeds.Sum(f => f.Names.Length);
        }

        public WeightedChoice Goals { get; }

        public WeightedChoice Personas { get; }

        public Template[] Templates { get; }

        public (FeedSpec Feed, string[] Names, bool[] Secret)[] Feeds { get; }

        public int ValueCount { get; }
    }
}
