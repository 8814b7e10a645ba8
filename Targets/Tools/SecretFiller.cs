using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.Tools;

/// <summary>Replaces <c>{{user.password}}</c> by the secret in argument values, at the last moment, and back again in what is shown.</summary>
internal static class SecretFiller
{
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 512 };

    /// <summary>The arguments with secrets filled in; the same element where there is nothing to fill.</summary>
    public static JsonElement Fill(JsonElement arguments, IReadOnlyDictionary<string, string> secrets)
    {
        if (secrets.Count == 0 || !arguments.GetRawText().Contains("{{", StringComparison.Ordinal))
        {
            return arguments;
        }
        var node = FillNode(JsonNode.Parse(arguments.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = 512 }), secrets);
        return JsonSerializer.SerializeToElement(node, Deep);
    }

    /// <summary>The text with every secret value replaced by its placeholder.</summary>
    public static string Redact(string text, IReadOnlyDictionary<string, string> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            if (value.Length > 0 && text.Contains(value, StringComparison.Ordinal))
            {
                text = text.Replace(value, $"{{{{{name}}}}}", StringComparison.Ordinal);
            }
        }
        return text;
    }

    /// <summary>The path of a URL with every secret value, escaped or not, replaced by its placeholder; null where it holds none.</summary>
    public static string? RedactPath(Uri url, IReadOnlyDictionary<string, string> secrets)
    {
        if (secrets.Count == 0)
        {
            return null;
        }
        var path = url.AbsolutePath;
        var shown = path;
        foreach (var (name, value) in secrets)
        {
            if (value.Length > 0)
            {
                shown = shown.Replace(Uri.EscapeDataString(value), $"{{{{{name}}}}}", StringComparison.OrdinalIgnoreCase)
                    .Replace(value, $"{{{{{name}}}}}", StringComparison.Ordinal);
            }
        }
        return shown == path ? null : shown;
    }

    private static JsonNode? FillNode(JsonNode? node, IReadOnlyDictionary<string, string> secrets)
    {
        switch (node)
        {
            case JsonValue value when value.TryGetValue<string>(out var text):
                return JsonValue.Create(FillText(text, secrets));
            case JsonArray list:
                return new JsonArray([.. list.Select(item => FillNode(item, secrets))]);
            case JsonObject map:
                return new JsonObject(map.Select(property => KeyValuePair.Create(property.Key, FillNode(property.Value, secrets))));
            default:
                return node?.DeepClone();
        }
    }

    private static string FillText(string text, IReadOnlyDictionary<string, string> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            text = text.Replace($"{{{{{name}}}}}", value, StringComparison.Ordinal);
        }
        return text;
    }
}
