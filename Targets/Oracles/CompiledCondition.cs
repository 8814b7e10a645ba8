using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;

namespace ApeTest.Targets.Oracles;

/// <summary>A success condition with its paths and templates read.</summary>
internal sealed class CompiledCondition
{
    private readonly ImmutableArray<(string Name, JsonPath Path)> _capture;
    private readonly ImmutableArray<(JsonPath Path, Template Expected)> _json;

    public CompiledCondition(SuccessCondition condition)
    {
        Operation = condition.Operation;
        Status = condition.Status;
        if (condition.Read is { } read)
        {
            var space = read.Trim().IndexOf(' ', StringComparison.Ordinal);
            Method = new HttpMethod(read.Trim()[..space]);
            ReadPath = Template.Parse(read.Trim()[(space + 1)..].Trim());
        }
        _capture = [.. condition.Capture.Select(static pair => (pair.Key, JsonPath.Parse(pair.Value)))];
        _json = [.. condition.Json.Select(static pair => (JsonPath.Parse(pair.Key), Template.Parse(pair.Value)))];
        var what = condition.Operation ?? condition.Read;
        var values = string.Concat(condition.Json.Select(static pair => $" {pair.Key}={pair.Value}"));
        Text = $"{what} = {(Status is { } status ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : "2xx")}{values}";
    }

    /// <summary>The condition in words.</summary>
    public string Text { get; }

    /// <summary>Tool name; null for a read.</summary>
    public string? Operation { get; }

    /// <summary>Required status; null for any 2xx.</summary>
    public int? Status { get; }

    /// <summary>Method of a read.</summary>
    public HttpMethod Method { get; } = HttpMethod.Get;

    /// <summary>Path of a read; null for an operation.</summary>
    public Template? ReadPath { get; }

    /// <summary>Names that the condition needs from earlier ones.</summary>
    public IEnumerable<string> Needs => (ReadPath?.Placeholders ?? []).Concat(_json.SelectMany(static pair => pair.Expected.Placeholders));

    /// <summary>Names that the condition captures.</summary>
    public IEnumerable<string> Captures => _capture.Select(static pair => pair.Name);

    public bool IsStatus(int status) => Status is { } required ? status == required : status is >= 200 and < 300;

    /// <summary>Whether a body meets the comparisons and holds what is to be captured; then the captured values are in <paramref name="captured"/>.</summary>
    public bool Matches(ReadOnlyMemory<byte> body, Func<string, string?> values, Dictionary<string, string> captured, out string detail)
    {
        detail = "";
        if (_capture.IsEmpty && _json.IsEmpty)
        {
            return true;
        }
        try
        {
            using var document = JsonDocument.Parse(body);
            var found = new List<(string Name, string Value)>();
            foreach (var (name, path) in _capture)
            {
                if (!path.TryGet(document.RootElement, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array)
                {
                    detail = $"{name}: {path.Text} is not a value in the body";
                    return false;
                }
                found.Add((name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()));
            }
            foreach (var (path, expected) in _json)
            {
                if (expected.Placeholders.FirstOrDefault(name => values(name) is null) is { } missing)
                {
                    detail = $"'{missing}' was not captured";
                    return false;
                }
                var wanted = expected.Render(values);
                if (!path.TryGet(document.RootElement, out var value) || !IsEqual(value, wanted))
                {
                    detail = $"{path.Text} is {(value.ValueKind == JsonValueKind.Undefined ? "missing" : Short(value.GetRawText()))}, expected {Short(wanted)}";
                    return false;
                }
            }
            foreach (var (name, value) in found)
            {
                captured[name] = value;
            }
            detail = string.Join(", ", found.Select(static pair => $"{pair.Name}={Short(pair.Value)}"));
            return true;
        }
        catch (JsonException)
        {
            detail = "the body is not JSON";
            return false;
        }
    }

    /// <summary>Compared as JSON where the expected text is JSON; a text value also by its text, so that <c>7</c> meets <c>"7"</c>.</summary>
    private static bool IsEqual(JsonElement value, string expected)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() == expected)
        {
            return true;
        }
        try
        {
            using var document = JsonDocument.Parse(expected);
            return JsonElement.DeepEquals(value, document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
