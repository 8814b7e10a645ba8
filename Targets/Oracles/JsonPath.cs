using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ApeTest.Scenarios;

namespace ApeTest.Targets.Oracles;

/// <summary>
/// The part of JSONPath (RFC 9535) that names one value: <c>$.a.b[0].c</c>, <c>$['a b']</c>, <c>[-1]</c> for the last item, and
/// <c>[*]</c> for the first item (or property) under which the rest of the path is found and the value is as wanted.
/// </summary>
public sealed class JsonPath
{
    private readonly ImmutableArray<Step> _steps;

    private JsonPath(string text, ImmutableArray<Step> steps)
    {
        Text = text;
        _steps = steps;
    }

    /// <summary>The path as written.</summary>
    public string Text { get; }

    /// <summary>The name that it begins with: <c>errors</c> of <c>$.errors[0].message</c>; null where it begins otherwise.</summary>
    public string? FirstName => _steps is [var first, ..] ? first.Name : null;

    /// <summary>Its steps, in order.</summary>
    internal ImmutableArray<Step> Steps => _steps;

    /// <summary>Reads a path. A malformed one throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static JsonPath Parse(string text) => TryParse(text, out var path, out var error)
        ? path
        : throw new ApeTestException($"JSON path '{text}': {error}", "Write for example `$.id`, `$.items[0].id`, `$['order id']` or `$.items[*].id`.", ExitCodes.Input);

    /// <summary>Reads a path; false with what is wrong.</summary>
    public static bool TryParse(string text, out JsonPath path, out string? error)
    {
        path = null!;
        var steps = ImmutableArray.CreateBuilder<Step>();
        error = null;
        if (!text.StartsWith('$'))
        {
            error = "it must begin with '$'";
            return false;
        }
        for (var at = 1; at < text.Length;)
        {
            if (text[at] == '.')
            {
                var end = text.AsSpan(at + 1).IndexOfAny('.', '[');
                end = end < 0 ? text.Length : at + 1 + end;
                var name = text[(at + 1)..end];
                if (name.Length == 0)
                {
                    error = $"a name is missing at character {at + 1}";
                    return false;
                }
                steps.Add(name == "*" ? Step.Any : new Step(name, 0, false));
                at = end;
            }
            else if (text[at] == '[' && Bracket(text, at, out var step) is var next and > 0)
            {
                steps.Add(step);
                at = next;
            }
            else
            {
                error = $"'{text[at..]}' at character {at + 1} is not a step";
                return false;
            }
        }
        path = new JsonPath(text, steps.ToImmutable());
        return true;
    }

    /// <summary>The value that the path names.</summary>
    public bool TryGet(JsonElement root, out JsonElement value) => TryGet(root, 0, null, out value);

    /// <summary>A value that the path names and that is as wanted: the first, where <c>[*]</c> names several.</summary>
    public bool TryGet(JsonElement root, Func<JsonElement, bool> isWanted, out JsonElement value) => TryGet(root, 0, isWanted, out value);

    private bool TryGet(JsonElement at, int index, Func<JsonElement, bool>? isWanted, out JsonElement value)
    {
        for (; index < _steps.Length; index++)
        {
            var step = _steps[index];
            if (step.IsAny)
            {
                return TryAny(at, index + 1, isWanted, out value);
            }
            if (step.Name is not null)
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step.Name, out at))
                {
                    value = default;
                    return false;
                }
                continue;
            }
            var length = at.ValueKind == JsonValueKind.Array ? at.GetArrayLength() : 0;
            var item = step.Index < 0 ? length + step.Index : step.Index;
            if (item < 0 || item >= length)
            {
                value = default;
                return false;
            }
            at = at[item];
        }
        value = at;
        return isWanted is null || isWanted(at);
    }

    private bool TryAny(JsonElement at, int index, Func<JsonElement, bool>? isWanted, out JsonElement value)
    {
        value = default;
        switch (at.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in at.EnumerateArray())
                {
                    if (TryGet(item, index, isWanted, out value))
                    {
                        return true;
                    }
                }
                return false;
            case JsonValueKind.Object:
                foreach (var property in at.EnumerateObject())
                {
                    if (TryGet(property.Value, index, isWanted, out value))
                    {
                        return true;
                    }
                }
                return false;
            default:
                return false;
        }
    }

    /// <summary>Reads <c>[...]</c>; the position behind it, or 0.</summary>
    private static int Bracket(string text, int at, out Step step)
    {
        step = default;
        if (at + 1 < text.Length && text[at + 1] is ('\'' or '"'))
        {
            var quote = text.IndexOf(text[at + 1], at + 2);
            if (quote < 0 || quote + 1 >= text.Length || text[quote + 1] != ']')
            {
                return 0;
            }
            step = new Step(text[(at + 2)..quote], 0, false);
            return quote + 2;
        }
        var close = text.IndexOf(']', at);
        if (close < 0)
        {
            return 0;
        }
        var inner = text.AsSpan(at + 1, close - at - 1);
        if (inner is "*")
        {
            step = Step.Any;
            return close + 1;
        }
        if (!int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return 0;
        }
        step = new Step(null, index, false);
        return close + 1;
    }

    /// <summary>A step: a name, an index (from the end where negative), or any.</summary>
    internal readonly record struct Step(string? Name, int Index, bool IsAny)
    {
        public static Step Any => new(null, 0, true);
    }
}
