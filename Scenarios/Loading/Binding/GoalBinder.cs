using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>goals</c> with their conditions (<see cref="ConditionBinder"/>), and checks that every placeholder has a value.</summary>
internal static class GoalBinder
{
    private const string Example = "{ name: buy-coffee, goal: \"Buy two of the cheapest coffee.\", success: \"checkout=201\" }";

    public static ImmutableArray<GoalSpec> Bind(ObjectReader root, Feeds feeds, UniqueNames names)
    {
        var goals = ImmutableArray.CreateBuilder<GoalSpec>();
        foreach (var reader in root.Objects("goals", Example))
        {
            var name = names.Check(reader, reader.Value("name", names.Default, Rules.Name("buy-coffee")));
            var weight = reader.Value("weight", 1, Rules.Number("1", 0, 1e9, above: true));
            var text = reader.Required("goal", Rules.Text("\"Log in, buy two of the cheapest coffee, then log out.\"", 20_000),
                "is required: what the agent is to achieve, in words", root.Take("journeys") is SequenceNode { Items.Count: > 0 } && root.Take("goals")!.Origin.Kind is not OriginKind.File
                    ? "`--success` is of goals: a journey has `success` of its own, in the scenario."
                    : "Write for example --goal \"Log in, buy two of the cheapest coffee, then log out.\", or `goal:` in the scenario.");
            CheckPlaceholders(reader, text, feeds);
            var conditions = new ConditionBinder(reader, feeds);
            goals.Add(new GoalSpec { Name = name, Weight = weight, Goal = text ?? "", Success = conditions.Success(), Failure = conditions.Failure() });
            reader.Finish();
        }
        if (root.Take("goals") is null or SequenceNode { Items.Count: 0 } && root.Take("journeys") is null or SequenceNode { Items.Count: 0 })
        {
            root.Error(root.Take("goals"), "goals", "at least one goal is required, or a journey", $"Add --goal TEXT, or write for example `goals: [ {Example} ]`; `journeys` need no model.");
        }
        return goals.ToImmutable();
    }

    private static void CheckPlaceholders(ObjectReader reader, string? text, Feeds feeds)
    {
        if (text is null)
        {
            return;
        }
        if (!Template.TryParse(text, out var template, out var error))
        {
            reader.Error(reader.Take("goal"), "goal", error.Message!, error.Suggestion);
            return;
        }
        if (template.Segments.FirstOrDefault(static segment => segment.IsJson) is { IsJson: true } json)
        {
            reader.Error(reader.Take("goal"), "goal", $"`{Template.Placeholder(json.Text + ":json")}` belongs into the JSON body of a journey", $"Write `{Template.Placeholder(json.Text)}`.");
        }
        foreach (var name in template.Placeholders)
        {
            if (feeds.Check(name) is var (message, suggestion))
            {
                reader.Error(reader.Take("goal"), "goal", message, suggestion);
            }
        }
    }
}
