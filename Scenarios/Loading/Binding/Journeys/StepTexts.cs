using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Reads texts with placeholders of one step, and checks that every one has a value there.</summary>
internal sealed class StepTexts(ObjectReader step, StepScope scope)
{
    private const int MaxLength = 1_000_000;

    /// <summary>A field's text; null where it is not set or wrong.</summary>
    public string? Field(string name, string example) => step.Take(name) is { } node ? Text(node, step.PathOf(name), example) : null;

    /// <summary>A text, number or boolean as a template.</summary>
    public string? Text(Node node, string path, string example)
    {
        if (node is not ScalarNode { IsNull: false } scalar)
        {
            step.Context.Errors.Add(node.Origin, path, $"must be a single value (got {node.Description})", $"Write for example {example}.");
            return null;
        }
        if (scalar.Text.Length > MaxLength)
        {
            step.Context.Errors.Add(node.Origin, path, $"must be at most {MaxLength} characters (got {scalar.Text.Length})", "Send a file: `file: body.bin`.");
            return null;
        }
        return Check(scalar.Text, node.Origin, path) ? scalar.Text : null;
    }

    /// <summary>Names and texts in order; a list stands for a name that comes several times.</summary>
    public List<(string Name, Origin At, Node Node, string Text)> Pairs(string field, string example)
    {
        var pairs = new List<(string, Origin, Node, string)>();
        foreach (var (name, at, node) in step.Map(field, example, out _))
        {
            var path = FieldPath.Append(step.PathOf(field), name);
            if (name.Length == 0)
            {
                step.Context.Errors.Add(at, path, "must have a name", $"Write for example `{field}: {example}`.");
            }
            var (items, isList) = node is SequenceNode list ? (list.Items, true) : ([node], false);
            for (var i = 0; i < items.Count; i++)
            {
                if (Text(items[i], isList ? FieldPath.Append(path, i) : path, "\"{{page}}\"") is { } text)
                {
                    pairs.Add((name, at, items[i], text));
                }
            }
        }
        return pairs;
    }

    /// <summary>Any value as a JSON text with placeholders.</summary>
    public string? Json(string field)
    {
        if (step.Take(field) is not { } node)
        {
            return null;
        }
        // The escape of a placeholder is the template's, not JSON's.
        var json = NodeJson.Write(node).Replace("\\\\{{", "\\{{", StringComparison.Ordinal);
        return Check(json, node.Origin, step.PathOf(field), isJson: true) ? json : null;
    }

    /// <summary>Checks a text; false with errors.</summary>
    public bool Check(string text, Origin at, string path, bool isJson = false)
    {
        if (!Template.TryParse(text, out var template, out var error))
        {
            step.Context.Errors.Add(at, path, error.Message!, error.Suggestion);
            return false;
        }
        var isRight = CheckNames(template.Placeholders, at, path);
        for (var i = 0; i < template.Segments.Length; i++)
        {
            if (template.Segments[i] is { IsJson: true, Text: var name } && !(isJson && StandsAlone(template, i)))
            {
                var flagged = Template.Placeholder(name + ":json");
                step.Context.Errors.Add(at, path, isJson ? $"`{flagged}` must be all of its text" : $"`{flagged}` belongs into a JSON body",
                    isJson ? $"Write for example `qty: \"{flagged}\"`, or `{Template.Placeholder(name)}` for a part of a text." : $"Write `{Template.Placeholder(name)}`.");
                isRight = false;
            }
            else if (template.Segments[i] is { IsJson: true, Generator: { IsJson: false, Text: var call } })
            {
                step.Context.Errors.Add(at, path, $"`{Template.Placeholder(call + ":json")}` would not be JSON: its values are texts, which need their quotes", $"Write `{Template.Placeholder(call)}`.");
                isRight = false;
            }
        }
        return isRight;
    }

    /// <summary>Checks names of values; false with errors.</summary>
    public bool CheckNames(IEnumerable<string> names, Origin at, string path)
    {
        var isRight = true;
        foreach (var name in names)
        {
            if (scope.Check(name) is var (error, suggestion))
            {
                step.Context.Errors.Add(at, path, error, suggestion);
                isRight = false;
            }
        }
        return isRight;
    }

    // "{{qty:json}}" between the quotes of its text.
    private static bool StandsAlone(Template template, int index) =>
        index > 0 && index < template.Segments.Length - 1
        && template.Segments[index - 1] is { Kind: TemplateSegmentKind.Literal, Text: [.., '"'] before }
        && !before.EndsWith("\\\"", StringComparison.Ordinal)
        && template.Segments[index + 1] is { Kind: TemplateSegmentKind.Literal, Text: ['"', ..] };
}
