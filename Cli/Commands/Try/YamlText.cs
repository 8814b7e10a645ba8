using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.Cli.Commands.Try;

/// <summary>Texts in YAML: plain where that means the same, otherwise in the quotes of JSON, which YAML reads too.</summary>
internal static partial class YamlText
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text as a value, inside braces or not.</summary>
    public static string Of(string text) => Plain().IsMatch(text) && !Word().IsMatch(text) ? text : JsonSerializer.Serialize(text, Relaxed);

    /// <summary>A value that is JSON already, as it is; a text that is none, as text.</summary>
    public static string OfJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return JsonSerializer.Serialize(document.RootElement, Relaxed);
        }
        catch (JsonException)
        {
            return Of(json);
        }
    }

    [GeneratedRegex(@"^[A-Za-z/$][A-Za-z0-9_./$-]*(:[A-Za-z0-9_./$-]+)*$")]
    private static partial Regex Plain();

    // What YAML 1.1 or 1.2 reads as something else than text.
    [GeneratedRegex("^(true|false|null|yes|no|on|off|y|n)$", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
