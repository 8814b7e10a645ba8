using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Keeps the session's secret values (fields under <c>secrets:</c>, tokens picked up on the way) out of prompts, records and logs by
/// writing their placeholders instead. Values shorter than 4 characters are left: they would match everywhere.
/// </summary>
internal sealed class SessionSecrets
{
    public const string Redacted = "[redacted]";

    private const int MinLength = 4;
    private readonly List<(string Value, string Replacement)> _values = [];

    public SessionSecrets(IReadOnlyDictionary<string, string> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            Add(value, "{{" + name + "}}");
        }
    }

    /// <summary>From now on <paramref name="value"/> is written as <paramref name="replacement"/>.</summary>
    public void Add(string value, string replacement)
    {
        if (value.Length < MinLength)
        {
            return;
        }
        Insert(value, replacement);
        // The same value as it stands inside JSON, by either habit of escaping.
        Insert(JsonEncodedText.Encode(value).Value, replacement);
        Insert(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value, replacement);
        // And inside a URL, as a Location header says it.
        Insert(Uri.EscapeDataString(value), replacement);
    }

    public string Clean(string text)
    {
        foreach (var (value, replacement) in _values)
        {
            if (text.Contains(value, StringComparison.Ordinal))
            {
                text = text.Replace(value, replacement, StringComparison.Ordinal);
            }
        }
        return text;
    }

    public JsonElement Clean(JsonElement value)
    {
        if (_values.Count == 0 || value.ValueKind is JsonValueKind.Undefined)
        {
            return value;
        }
        var text = value.GetRawText();
        var clean = Clean(text);
        if (ReferenceEquals(text, clean))
        {
            return value;
        }
        try
        {
            using var document = JsonDocument.Parse(clean);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // The secret was a bare number or part of a literal: rather no arguments than a secret on disk.
            return JsonSerializer.SerializeToElement(Redacted);
        }
    }

    private void Insert(string value, string replacement)
    {
        if (_values.Exists(each => each.Value == value))
        {
            return;
        }
        // The longest first: a secret may contain another.
        var at = _values.FindIndex(each => each.Value.Length < value.Length);
        _values.Insert(at < 0 ? _values.Count : at, (value, replacement));
    }
}
