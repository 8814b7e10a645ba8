using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>success</c> and <c>failure</c> of one goal: expressions, mappings and what these nest.</summary>
/// <param name="goal">The goal or journey.</param>
/// <param name="feeds">The data.</param>
/// <param name="steps">Names of a journey's requests, its operations; null of a goal, whose operations the target says later.</param>
/// <param name="extracted">Names that a journey's steps extract, which conditions may use; null for none.</param>
internal sealed class ConditionBinder(ObjectReader goal, Feeds feeds, IReadOnlySet<string>? steps = null, IReadOnlySet<string>? extracted = null)
{
    private const string Example = "[ { operation: checkout, status: 201 } ]";
    private static readonly Rule<string> ExpressionRule = Rules.Text("checkout=201", 10_000);

    private readonly HashSet<string> _captured = new(extracted ?? new HashSet<string>(), StringComparer.Ordinal);

    /// <summary>What proves success, in order.</summary>
    public ImmutableArray<SuccessCondition> Success() => Goal("success", (condition, node, path) => Check(condition, node, path, _captured));

    /// <summary>What proves failure; each condition knows what success captures, and nothing of the others.</summary>
    public ImmutableArray<SuccessCondition> Failure() => Goal("failure",
        (condition, node, path) => Check(condition, node, path, new HashSet<string>(_captured, StringComparer.Ordinal)), isOne: true);

    private ImmutableArray<SuccessCondition> Goal(string field, Action<SuccessCondition, Node, string> check, bool isOne = false)
    {
        var conditions = ImmutableArray.CreateBuilder<SuccessCondition>();
        var node = goal.Take(field);
        ResolvedSequence resolved;
        List<(Node Node, string Path)> items;
        if (node is null && isOne)
        {
            // Most goals have none: it is shown where it is given.
            return [];
        }
        if (node is ScalarNode)
        {
            resolved = new ResolvedSequence(node.Origin.Label);
            goal.Resolved.Add(field, resolved);
            items = [(node, goal.PathOf(field))];
        }
        else
        {
            items = goal.List(field, Example, out resolved);
        }
        foreach (var (item, path) in items)
        {
            foreach (var condition in Item(item, path, isOne, 1))
            {
                check(condition, item, path);
                conditions.Add(condition);
                resolved.Items.Add(ResolvedCondition.Of(condition, item, item.Origin.Label));
            }
        }
        return conditions.ToImmutable();
    }

    /// <summary>The conditions of an item; where it must be one, several clauses of an expression are one <c>all</c>.</summary>
    private ImmutableArray<SuccessCondition> Item(Node item, string path, bool isOne, int depth)
    {
        switch (item)
        {
            case ScalarNode scalar:
                var clauses = Expression(scalar, path);
                return isOne && clauses.Length > 1 ? [new SuccessCondition { All = clauses }] : clauses;
            case MappingNode when depth > ConditionTree.MaxDepth:
                goal.Context.Errors.Add(item.Origin, path, $"nests deeper than {ConditionTree.MaxDepth} conditions", "Simplify it.");
                return [];
            case MappingNode mapping:
                return Condition(new ObjectReader(goal.Context, mapping, item.Origin, path, ScenarioShape.Success, new ResolvedMapping(item.Origin.Label)), depth);
            default:
                goal.Context.Errors.Add(item.Origin, path, $"must be a condition (got {item.Description})", "Write for example `- { operation: checkout, status: 201 }`.");
                return [];
        }
    }

    private ImmutableArray<SuccessCondition> Expression(ScalarNode scalar, string path)
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

    private ImmutableArray<SuccessCondition> Condition(ObjectReader reader, int depth)
    {
        var before = reader.Context.Errors.Count;
        var (status, statuses) = Status(reader);
        var condition = new SuccessCondition
        {
            // Names of steps may hold blanks; whether one is a step is checked below.
            Operation = reader.OptionalReference("operation", Rules.Text("checkout").Then(text => ConditionFields.Checked(text, steps is null ? SuccessRules.Operation(text) : null))),
            Read = reader.OptionalReference("read", Rules.Text("\"GET /orders/{{orderId}}\"").Then(text => ConditionFields.Checked(text, SuccessRules.Read(text)))),
            As = reader.Optional("as", Rules.Choice([("session", ReadAs.Session), ("nobody", ReadAs.Nobody)])) ?? ReadAs.Session,
            Status = status,
            Statuses = statuses,
            Capture = ConditionFields.Capture(reader),
            Json = ConditionFields.Comparisons(reader, "json", "{ $.status: paid }", ComparisonSubject.Json, SuccessRules.JsonPath),
            Header = ConditionFields.Comparisons(reader, "header", "{ Location: { contains: /orders/ } }", ComparisonSubject.Header, SuccessRules.HeaderName),
            Text = ConditionFields.Text(reader),
            Regex = reader.OptionalReference("regex", Rules.Text("\"Order no\\\\. \\\\d+\"").Then(text =>
                ConditionFields.Checked(text, SafeRegex.TryParse(text, out _, out var error) ? null : error))),
            Captured = ConditionFields.Comparisons(reader, "captured", "{ total: \"{{cartTotal}}\" }", ComparisonSubject.Captured, SuccessRules.CaptureName),
            State = ConditionFields.Comparisons(reader, "state", "{ cartId: { exists: true } }", ComparisonSubject.Json, static _ => null),
            All = List(reader, "all", isOne: false, depth),
            Any = List(reader, "any", isOne: true, depth),
            Not = reader.Take("not") is { } not ? Item(not, reader.PathOf("not"), isOne: true, depth + 1).FirstOrDefault() : null,
        };
        ConditionFields.CheckKind(reader);
        reader.Finish();
        return reader.Context.Errors.Count == before ? [condition] : [];
    }

    private ImmutableArray<SuccessCondition> List(ObjectReader reader, string name, bool isOne, int depth)
    {
        var conditions = ImmutableArray.CreateBuilder<SuccessCondition>();
        var items = reader.List(name, Example, out _);
        if (items.Count == 0 && reader.Take(name) is SequenceNode empty)
        {
            reader.Error(empty, name, "needs at least one condition", $"Write for example `{name}: {Example}`.");
        }
        foreach (var (item, path) in items)
        {
            conditions.AddRange(Item(item, path, isOne, depth + 1));
        }
        return conditions.ToImmutable();
    }

    private static (int? Status, string? Statuses) Status(ObjectReader reader)
    {
        var node = reader.Take("status");
        if (node is not SequenceNode and not ScalarNode { Kind: ScalarKind.Text })
        {
            return ((int?)reader.Optional("status", Rules.Integer("201", 100, 599)), null);
        }
        var text = node is SequenceNode list ? string.Join('|', list.Items.Select(static item => (item as ScalarNode)?.Text ?? item.Description)) : ((ScalarNode)node).Text;
        if (!StatusSet.TryParse(text, out _, out var error))
        {
            reader.Error(node, "status", error.Message!, $"{error.Suggestion} Left out, any 2xx is right.");
        }
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var one) ? (one, null) : (null, text);
    }

    /// <summary>Checks that all values that the condition needs are known where it stands.</summary>
    private void Check(SuccessCondition condition, Node at, string path, HashSet<string> captured) =>
        ConditionTree.Visit(condition, path, captured, (each, eachPath, known) =>
        {
            if (steps is not null && each.Operation is { } operation && !steps.Contains(operation))
            {
                goal.Context.Errors.Add(at.Origin, FieldPath.Append(eachPath, "operation"), $"no step is named {Quote.Text(operation)}", Distances.Closest(operation, steps) is { } close
                    ? $"Did you mean `{close}`?"
                    : $"Steps: {Quote.Plain(string.Join(", ", steps), 200)}.");
            }
            try
            {
                foreach (var (_, names, generators) in ConditionNeeds.Of(each))
                {
                    if (generators.FirstOrDefault() is { } generator)
                    {
                        goal.Context.Errors.Add(at.Origin, eachPath, $"generates {Quote.Text(generator.Text)}, which no session has sent",
                            $"Name the value: `data: {{ order: {{ generate: {{ id: \"{Template.Placeholder(generator.Text)}\" }} }} }}`, and write `{{{{order.id}}}}` here and in the goal.");
                    }
                    foreach (var name in names.Where(name => !known.Contains(name)))
                    {
                        CheckName(name, at, eachPath, known);
                    }
                }
                foreach (var name in each.Captured.Keys.Where(name => !known.Contains(name)))
                {
                    CheckName(name, at, FieldPath.Append(eachPath, "captured"), known);
                }
            }
            catch (ApeTestException exception)
            {
                goal.Context.Errors.Add(at.Origin, eachPath, exception.Message.TrimEnd('.'), exception.Hint);
            }
        });

    private void CheckName(string name, Node at, string path, IReadOnlySet<string> known)
    {
        if (!name.Contains('.', StringComparison.Ordinal))
        {
            goal.Context.Errors.Add(at.Origin, path, $"no earlier condition captures{(steps is null ? "" : ", and no step extracts,")} {Quote.Text(name)}", Distances.Closest(name, known) is { } close
                ? $"Did you mean `{Template.Placeholder(close)}`?"
                : $"Capture it first: `{{ operation: checkout, status: 201, capture: {{ {name}: $.id }} }}` or `checkout=201{{{name}=$.id}}`.");
        }
        else if (feeds.Check(name) is var (message, suggestion))
        {
            goal.Context.Errors.Add(at.Origin, path, message, suggestion);
        }
    }
}
