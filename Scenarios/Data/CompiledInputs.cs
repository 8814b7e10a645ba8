using System.Collections.Immutable;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Data;

/// <summary>What the inputs of all sessions of a scenario share: templates, names and weights, made once.</summary>
internal sealed class CompiledInputs
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
        GoalTexts = [.. scenario.Goals.Select(g => Template.Parse(g.Goal, $"goal:{g.Name}"))];
        Feeds = [.. scenario.Data.Where(feed => !feed.Value.Generated).Select(feed => new FeedColumns(
            new FeedCursor(feed.Key, feed.Value), [.. feed.Value.Columns.Select(column => Column(feed.Key, column))]))];
        Generated = [.. scenario.Data.Where(feed => feed.Value.Generated).SelectMany(feed => feed.Value.Columns.Zip(feed.Value.Rows[0],
            (column, text) => (Column(feed.Key, column), Template.Parse(text, $"data:{feed.Key}.{column}"))))];
        Environment = [.. scenario.Environment.Select(variable => KeyValuePair.Create(EnvironmentFeed.NameOf(variable.Key), variable.Value))];
        GeneratedNames = Generated.Select(each => each.Column.Name).ToHashSet(StringComparer.Ordinal);
        ValueCount = Feeds.Sum(f => f.Columns.Length) + Generated.Length;
        SequenceGenerator.Share(GoalTexts.Concat(Generated.Select(each => each.Template)).SelectMany(template => template.Generators));

        InputColumn Column(string feed, string column) => new($"{feed}.{column}", secrets.Contains($"{feed}.{column}"));
    }

    public WeightedChoice Goals { get; }

    public WeightedChoice Personas { get; }

    public ImmutableArray<Template> GoalTexts { get; }

    /// <summary>The feeds with rows.</summary>
    public ImmutableArray<FeedColumns> Feeds { get; }

    /// <summary>The columns of the generated feeds.</summary>
    public ImmutableArray<(InputColumn Column, Template Template)> Generated { get; }

    public HashSet<string> GeneratedNames { get; }

    /// <summary>Variables by <c>env.NAME</c>; all are secrets.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; }

    public int ValueCount { get; }
}

/// <summary>A feed with its columns as placeholders name them.</summary>
internal readonly record struct FeedColumns(FeedCursor Cursor, ImmutableArray<InputColumn> Columns);

/// <summary>A column as placeholders name it, <c>feed.column</c>, and whether it is under <c>secrets</c>.</summary>
internal readonly record struct InputColumn(string Name, bool IsSecret);
