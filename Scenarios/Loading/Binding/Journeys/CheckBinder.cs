using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Success;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Binds what is asked of answers: a request's <c>check</c>, and the condition of a branch or loop.</summary>
internal sealed class CheckBinder(ObjectReader step, StepTexts texts)
{
    private const string Example = "{ status: 200, json: { $.ok: true } }";

    /// <summary>The step's <c>check</c>: a mapping, or statuses alone.</summary>
    public CheckSpec Check()
    {
        if (step.Take("check") is ScalarNode or SequenceNode)
        {
            return new CheckSpec { Status = Status(step, "check", allowNone: false) };
        }
        var reader = step.Object("check", Example);
        var check = new CheckSpec
        {
            Status = Status(reader, "status", allowNone: false),
            Json = Comparisons(reader, "json", "{ $.ok: true }", ComparisonSubject.Json, SuccessRules.JsonPath),
            Header = Comparisons(reader, "header", "{ Location: { contains: /orders/ } }", ComparisonSubject.Header, SuccessRules.HeaderName),
            Text = Text(reader),
            Regex = reader.OptionalReference("regex", Rules.Text("\"Order no\\\\. \\\\d+\"").Then(static text =>
                ConditionFields.Checked(text, SafeRegex.TryParse(text, out _, out var error) ? null : error))),
            Within = reader.Optional("within", Rules.Duration("500ms")),
            MaxBytes = reader.Optional("maxBytes", ByteSizes.Rule),
        };
        reader.Finish();
        return check;
    }

    /// <summary>The condition under <paramref name="field"/>; <paramref name="known"/> are names that may have been extracted when it is asked.</summary>
    public StepCondition Condition(string field, StepScope known)
    {
        var reader = step.Object(field, "{ status: 404 }");
        var before = reader.Context.Errors.Count;
        var values = ConditionFields.Comparisons(reader, "value", "{ stock: { min: 1 } }", ComparisonSubject.Header, static _ => null);
        foreach (var (name, at, _) in (reader.Take("value") as MappingNode)?.Entries ?? [])
        {
            if (known.Check(name) is var (error, suggestion))
            {
                reader.Context.Errors.Add(at, FieldPath.Append(reader.PathOf("value"), name), error, suggestion);
            }
        }
        CheckNeeds(reader, "value", values, ComparisonSubject.Header);
        var condition = new StepCondition
        {
            Status = Status(reader, "status", allowNone: true),
            Value = values,
            Chance = reader.Optional("chance", Rules.Number("0.2", 0, 1)),
        };
        if (condition is { Status: null, Value.IsEmpty: true, Chance: null } && reader.Context.Errors.Count == before && step.Take(field) is MappingNode)
        {
            reader.Error(step.Take(field), "", "needs one of status, value and chance", $"Write for example `{field}: {{ status: 404 }}`.");
        }
        reader.Finish();
        return condition;
    }

    private ImmutableSortedDictionary<string, string> Comparisons(
        ObjectReader reader, string field, string example, ComparisonSubject subject, Func<string, TextError?> checkKey)
    {
        var comparisons = ConditionFields.Comparisons(reader, field, example, subject, checkKey);
        CheckNeeds(reader, field, comparisons, subject);
        return comparisons;
    }

    private void CheckNeeds(ObjectReader reader, string field, ImmutableSortedDictionary<string, string> comparisons, ComparisonSubject subject)
    {
        foreach (var (key, text) in comparisons)
        {
            var at = (reader.Take(field) as MappingNode)?[key]?.Origin ?? reader.Origin;
            CheckNeeds(reader, text, subject, at, FieldPath.Append(reader.PathOf(field), key));
        }
    }

    private void CheckNeeds(ObjectReader reader, string text, ComparisonSubject subject, Origin at, string path)
    {
        var parsed = Comparison.Parse(text, subject);
        texts.CheckNames(parsed.SelectMany(static each => each.Needs).Distinct(StringComparer.Ordinal), at, path);
        if (parsed.SelectMany(static each => each.Generators).FirstOrDefault() is { } generator)
        {
            reader.Context.Errors.Add(at, path, $"generates {Quote.Text(generator.Text)}, which nothing has sent",
                $"Name the value: `data: {{ order: {{ generate: {{ id: \"{Data.Template.Placeholder(generator.Text)}\" }} }} }}`, and write `{{{{order.id}}}}` here and where it is sent.");
        }
    }

    private string? Text(ObjectReader reader)
    {
        var text = ConditionFields.Text(reader);
        if (text is not null)
        {
            CheckNeeds(reader, text, ComparisonSubject.Body, reader.Take("text")!.Origin, reader.PathOf("text"));
        }
        return text;
    }

    private static string? Status(ObjectReader reader, string field, bool allowNone)
    {
        if (reader.Take(field) is not { } node)
        {
            return null;
        }
        if (node is MappingNode)
        {
            reader.Error(node, field, $"must be an HTTP status (got {node.Description})", "Write for example `201`, `2xx` or `200|404`.");
            return null;
        }
        var text = node is SequenceNode list
            ? string.Join('|', list.Items.Select(static item => (item as ScalarNode)?.Text ?? item.Description))
            : ((ScalarNode)node).Text.Trim();
        if (!StatusSet.TryParse(text, out _, out var error, allowNone))
        {
            reader.Error(node, field, error.Message!, allowNone ? error.Suggestion : $"{error.Suggestion} Left out, any below 400 is right.");
            return null;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var one) ? one.ToString(CultureInfo.InvariantCulture) : text;
    }
}
