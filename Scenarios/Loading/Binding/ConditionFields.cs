using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Success;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>The fields of a condition that are more than one scalar.</summary>
internal static class ConditionFields
{
    private static readonly string[] Kinds = ["operation", "read", "captured", "state", "all", "any", "not"];
    private static readonly string[] OfAnswers = ["status", "capture", "json", "header", "text", "regex"];

    /// <summary>A condition is of one kind, and only an answer has a status, headers and a body.</summary>
    public static void CheckKind(ObjectReader reader)
    {
        var kinds = Kinds.Where(name => reader.Take(name) is not null).ToList();
        if (kinds.Count != 1)
        {
            reader.Error(reader.Take(kinds.LastOrDefault() ?? "read"), "", $"needs one of {string.Join(", ", Kinds[..^1])} and {Kinds[^1]}{(kinds.Count == 0 ? "" : $" (got {string.Join(" and ", kinds)})")}",
                "Write for example `{ operation: checkout, status: 201 }` or `{ read: \"GET /orders/{{orderId}}\", status: 200 }`; conditions that belong together go under `all`.");
            return;
        }
        if (kinds[0] is not ("operation" or "read"))
        {
            foreach (var name in OfAnswers.Where(name => reader.Take(name) is not null))
            {
                reader.Error(reader.Take(name), name, $"belongs to an operation or a read, not to {kinds[0]}", "Put it into that condition.");
            }
        }
        if (kinds[0] != "read" && reader.Take("as") is { } who)
        {
            reader.Error(who, "as", "belongs to a read", "Write for example `{ read: \"GET /orders/{{orderId}}\", as: nobody, status: 401 }`.");
        }
    }

    public static ImmutableSortedDictionary<string, string> Capture(ObjectReader reader)
    {
        var capture = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var rule = Rules.Text("$.id").Then(text => Checked(text, CaptureSource.TryParseOfGoal(text, out _, out var error) ? null : error));
        foreach (var (name, origin, node) in reader.Map("capture", "{ orderId: $.id }", out _))
        {
            var path = FieldPath.Append(reader.PathOf("capture"), name);
            if (SuccessRules.CaptureName(name) is { } error)
            {
                reader.Context.Errors.Add(origin, path, error.Message!, error.Suggestion);
            }
            else if (reader.TryRead(node, path, rule, out var source))
            {
                capture.Add(name, source);
            }
        }
        return capture.ToImmutable();
    }

    /// <summary>Comparisons by what they compare.</summary>
    public static ImmutableSortedDictionary<string, string> Comparisons(
        ObjectReader reader, string field, string example, ComparisonSubject subject, Func<string, TextError?> checkKey)
    {
        var comparisons = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, origin, node) in reader.Map(field, example, out _))
        {
            var text = NodeJson.Write(node);
            if ((checkKey(key) ?? (Comparison.TryParse(text, subject, out _, out var wrong) ? null : wrong)) is { } error)
            {
                reader.Context.Errors.Add(origin, FieldPath.Append(reader.PathOf(field), key), error.Message!, error.Suggestion);
                continue;
            }
            comparisons.Add(key, text);
        }
        return comparisons.ToImmutable();
    }

    /// <summary>The comparison of a whole body.</summary>
    public static string? Text(ObjectReader reader)
    {
        if (reader.Take("text") is not { } node)
        {
            return null;
        }
        var text = NodeJson.Write(node);
        if (Comparison.TryParse(text, ComparisonSubject.Body, out _, out var error))
        {
            return text;
        }
        reader.Error(node, "text", error.Message!, error.Suggestion);
        return null;
    }

    public static Checked<string> Checked(string text, TextError? error) =>
        error is { } wrong ? Rules.Wrong<string>(wrong.Message!, wrong.Suggestion) : text;
}
