using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>goals</c> with their success conditions, and checks that every placeholder has a value.</summary>
internal static class GoalBinder
{
    private const string Example = "{ name: buy-coffee, goal: \"Buy two of the cheapest coffee.\", success: \"checkout=201\" }";
    private const string SuccessExample = "[ { operation: checkout, status: 201 } ]";
    private static readonly Rule<string> ExpressionRule = Rules.Text("checkout=201", 10_000);

    public static ImmutableArray<GoalSpec> Bind(ObjectReader root, Feeds feeds)
    {
        var goals = ImmutableArray.CreateBuilder<GoalSpec>();
        var names = new UniqueNames("goal");
        foreach (var reader in root.Objects("goals", Example))
        {
            var name = names.Check(reader, reader.Value("name", names.Default, Rules.Name("buy-coffee")));
            var weight = reader.Value("weight", 1, Rules.Number("1", 0, 1e9, above: true));
            var text = reader.Required("goal", Rules.Text("\"Log in, buy two of the cheapest coffee, then log out.\"", 20_000),
                "is required: what the agent is to achieve, in words", "Write for example --goal \"Log in, buy two of the cheapest coffee, then log out.\", or `goal:` in the scenario.");
            CheckPlaceholders(reader, text, feeds);
            goals.Add(new GoalSpec { Name = name, Weight = weight, Goal = text ?? "", Success = Success(reader, feeds) });
            reader.Finish();
        }
        if (root.Take("goals") is null or SequenceNode { Items.Count: 0 })
        {
            root.Error(root.Take("goals"), "goals", "at least one goal is required", $"Add --goal TEXT, or write for example `goals: [ {Example} ]`.");
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
        foreach (var name in template.Placeholders)
        {
            if (feeds.Check(name) is var (message, suggestion))
            {
                reader.Error(reader.Take("goal"), "goal", message, suggestion);
            }
        }
    }

    private static ImmutableArray<SuccessCondition> Success(ObjectReader goal, Feeds feeds)
    {
        var conditions = ImmutableArray.CreateBuilder<SuccessCondition>();
        var captured = new HashSet<string>(StringComparer.Ordinal);
        var node = goal.Take("success");
        var path = goal.PathOf("success");
        ResolvedSequence resolved;
        List<(Node Node, string Path)> items;
        if (node is ScalarNode)
        {
            resolved = new ResolvedSequence(node.Origin.Label);
            goal.Resolved.Add("success", resolved);
            items = [(node, path)];
        }
        else
        {
            items = goal.List("success", SuccessExample, out resolved);
        }
        foreach (var (item, itemPath) in items)
        {
            var read = item switch
            {
                ScalarNode scalar => Expression(goal, scalar, itemPath),
                MappingNode mapping => Condition(new ObjectReader(
                    goal.Context, mapping, item.Origin, itemPath, ScenarioShape.Success, new ResolvedMapping(item.Origin.Label))),
                _ => Wrong(goal, item, itemPath),
            };
            foreach (var condition in read)
            {
                CheckReferences(goal, item, itemPath, condition, captured, feeds);
                captured.UnionWith(condition.Capture.Keys);
                conditions.Add(condition);
                resolved.Items.Add(Resolve(condition, item));
            }
        }
        return conditions.ToImmutable();
    }

    private static ImmutableArray<SuccessCondition> Wrong(ObjectReader goal, Node item, string path)
    {
        goal.Context.Errors.Add(item.Origin, path, $"must be a condition (got {item.Description})", "Write for example `- { operation: checkout, status: 201 }`.");
        return [];
    }

    private static ImmutableArray<SuccessCondition> Expression(ObjectReader goal, ScalarNode scalar, string path)
    {
        if (!goal.TryRead(scalar, path, ExpressionRule, out _))
        {
            return [];
        }
        if (SuccessExpression.TryParse(scalar.Text, out var conditions, out var error))
        {
            return conditions;
        }
        goal.Context.Errors.Add(scalar.Origin, path, $"{error.Message} (at character {error.Position + 1})", error.Suggestion);
        return [];
    }

    private static ImmutableArray<SuccessCondition> Condition(ObjectReader reader)
    {
        var before = reader.Context.Errors.Count;
        var condition = new SuccessCondition
        {
            Operation = reader.OptionalReference("operation", Rules.Text("checkout").Then(text => Checked(text, SuccessRules.Operation(text)))),
            Read = reader.OptionalReference("read", Rules.Text("\"GET /orders/{{orderId}}\"").Then(text => Checked(text, SuccessRules.Read(text)))),
            Status = (int?)reader.Optional("status", Rules.Integer("201", 100, 599)),
            Capture = Capture(reader),
            Json = Json(reader),
        };
        if (reader.Take("operation") is null == reader.Take("read") is null)
        {
            reader.Error(reader.Take("read"), "", "needs either operation or read",
                "Write for example `{ operation: checkout, status: 201 }` or `{ read: \"GET /orders/{{orderId}}\", status: 200 }`.");
        }
        reader.Finish();
        return reader.Context.Errors.Count == before ? [condition] : [];
    }

    private static ImmutableSortedDictionary<string, string> Capture(ObjectReader reader)
    {
        var capture = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var rule = Rules.Text("$.id").Then(text => Checked(text, SuccessRules.JsonPath(text)));
        foreach (var (name, origin, node) in reader.Map("capture", "{ orderId: $.id }", out _))
        {
            var path = FieldPath.Append(reader.PathOf("capture"), name);
            if (SuccessRules.CaptureName(name) is { } error)
            {
                reader.Context.Errors.Add(origin, path, error.Message!, error.Suggestion);
            }
            else if (reader.TryRead(node, path, rule, out var jsonPath))
            {
                capture.Add(name, jsonPath);
            }
        }
        return capture.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Json(ObjectReader reader)
    {
        var json = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (jsonPath, origin, node) in reader.Map("json", "{ $.status: paid }", out _))
        {
            if (SuccessRules.JsonPath(jsonPath) is { } error)
            {
                reader.Context.Errors.Add(origin, FieldPath.Append(reader.PathOf("json"), jsonPath), error.Message!, error.Suggestion);
                continue;
            }
            json.Add(jsonPath, NodeJson.Write(node));
        }
        return json.ToImmutable();
    }

    private static void CheckReferences(
        ObjectReader goal, Node at, string path, SuccessCondition condition, HashSet<string> captured, Feeds feeds)
    {
        var texts = condition.Json.Values.Prepend(condition.Read ?? "");
        foreach (var text in texts)
        {
            if (!Template.TryParse(text, out var template, out var error))
            {
                goal.Context.Errors.Add(at.Origin, path, error.Message!, error.Suggestion);
                continue;
            }
            if (template.Generators is [var generator, ..])
            {
                goal.Context.Errors.Add(at.Origin, path, $"generates {Quote.Text(generator.Text)}, which no session has sent",
                    $"Name the value: `data: {{ order: {{ generate: {{ id: \"{Template.Placeholder(generator.Text)}\" }} }} }}`, and write `{{{{order.id}}}}` here and in the goal.");
            }
            foreach (var name in template.Placeholders.Where(name => !captured.Contains(name)))
            {
                if (name.Contains('.', StringComparison.Ordinal))
                {
                    if (feeds.Check(name) is var (message, suggestion))
                    {
                        goal.Context.Errors.Add(at.Origin, path, message, suggestion);
                    }
                    continue;
                }
                goal.Context.Errors.Add(at.Origin, path, $"no earlier condition captures {Quote.Text(name)}", Distances.Closest(name, captured) is { } close
                    ? $"Did you mean `{Template.Placeholder(close)}`?"
                    : $"Capture it first: `{{ operation: checkout, status: 201, capture: {{ {name}: $.id }} }}` or `checkout=201{{{name}=$.id}}`.");
            }
        }
    }

    // A condition of an expression has one source; in the mapping form each field has its own.
    private static ResolvedMapping Resolve(SuccessCondition condition, Node node)
    {
        var fields = node as MappingNode;
        var resolved = new ResolvedMapping(node.Origin.Label);
        Add("operation", condition.Operation, isText: true);
        Add("read", condition.Read, isText: true);
        Add("status", condition.Status?.ToString(CultureInfo.InvariantCulture), isText: false);
        AddMap("capture", condition.Capture, isText: true);
        AddMap("json", condition.Json, isText: false);
        return resolved;

        void Add(string name, string? text, bool isText)
        {
            if (text is not null)
            {
                resolved.Add(name, new ResolvedScalar(text, isText, (fields?[name] ?? node).Origin.Label));
            }
        }

        void AddMap(string name, ImmutableSortedDictionary<string, string> values, bool isText)
        {
            if (values.IsEmpty)
            {
                return;
            }
            var map = new ResolvedMapping(node.Origin.Label);
            resolved.Add(name, map);
            foreach (var (key, value) in values)
            {
                map.Add(key, new ResolvedScalar(value, isText, ((fields?[name] as MappingNode)?[key] ?? node).Origin.Label));
            }
        }
    }

    private static Checked<string> Checked(string text, TextError? error) =>
        error is { } wrong ? Rules.Wrong<string>(wrong.Message!, wrong.Suggestion) : text;
}
