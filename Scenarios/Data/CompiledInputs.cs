using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Data;

/// <summary>What the inputs of all sessions of a scenario share: templates, names and weights, made once.</summary>
public sealed class CompiledInputs
{
    // Templates and name lists of a scenario are the same for all its sessions; the cache holds nothing alive and changes no result.
    private static readonly ConditionalWeakTable<Scenario, CompiledInputs> Compiled = [];

    private CompiledInputs(Scenario scenario)
    {
        var secrets = scenario.Secrets.ToHashSet(StringComparer.Ordinal);
        Goals = new WeightedChoice(scenario.Goals.Select(g => g.Weight));
        Personas = new WeightedChoice(scenario.Personas.Select(p => p.Weight));
        GoalTexts = [.. scenario.Goals.Select(g => Template.Parse(g.Goal, $"goal:{g.Name}"))];
        Feeds = [.. scenario.Data.Where(feed => !feed.Value.Generated).Select(feed => new FeedColumns(
            new FeedCursor(feed.Key, feed.Value), [.. feed.Value.Columns.Select(column => Column(feed.Key, column))]))];
        Generated = [.. scenario.Data.Where(feed => feed.Value.Generated).SelectMany(feed => feed.Value.Columns.Zip(feed.Value.Rows[0],
            (column, text) => (Column(feed.Key, column), Template.Parse(text, $"data:{feed.Key}.{column}"))))];
        Environment = [.. scenario.Environment.Select(variable => KeyValuePair.Create(EnvironmentFeed.NameOf(variable.Key), variable.Value))];
        GeneratedNames = Generated.Select(each => each.Column.Name).ToHashSet(StringComparer.Ordinal);
        ValueCount = Feeds.Sum(f => f.Columns.Length) + Generated.Length;
        Share([]);

        InputColumn Column(string feed, string column) => new($"{feed}.{column}", secrets.Contains($"{feed}.{column}"));
    }

    /// <summary>The feeds with rows.</summary>
    public ImmutableArray<FeedColumns> Feeds { get; }

    /// <summary>The columns of the generated feeds.</summary>
    public ImmutableArray<(InputColumn Column, Template Template)> Generated { get; }

    /// <summary>Variables by <c>env.NAME</c>; all are secrets.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; }

    internal WeightedChoice Goals { get; }

    internal WeightedChoice Personas { get; }

    internal ImmutableArray<Template> GoalTexts { get; }

    internal HashSet<string> GeneratedNames { get; }

    internal int ValueCount { get; }

    /// <summary>Those of a scenario; made by the first who asks.</summary>
    public static CompiledInputs Of(Scenario scenario) => Compiled.GetValue(scenario, static s => new CompiledInputs(s));

    /// <summary>
    /// Shares out the numbers of <c>sequence()</c> among the places of goals, data and journeys, so that each number comes once in a run. Where
    /// journeys generate values it must be called once, before the first session, with all their generators in the order of the scenario.
    /// </summary>
    public void Share(IEnumerable<Generator> journeys) => SequenceGenerator.Share(
        GoalTexts.Concat(Generated.Select(static each => each.Template)).SelectMany(static template => template.Generators).Concat(journeys));
}

/// <summary>A feed with its columns as placeholders name them.</summary>
/// <param name="Cursor">Says which row a session takes.</param>
/// <param name="Columns">Its columns, in the order of the rows' cells.</param>
public readonly record struct FeedColumns(FeedCursor Cursor, ImmutableArray<InputColumn> Columns);

/// <summary>A column as placeholders name it, <c>feed.column</c>, and whether it is under <c>secrets</c>.</summary>
/// <param name="Name"><c>feed.column</c>.</param>
/// <param name="IsSecret">Whether its values must reach no log, file or model.</param>
public readonly record struct InputColumn(string Name, bool IsSecret);
