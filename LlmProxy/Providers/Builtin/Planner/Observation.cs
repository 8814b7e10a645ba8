using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// What came of a call: <c>{"status","body","headers","note"}</c> or <c>{"error":{"type","message"}}</c>. An old one may have been
/// summarised in words; then only its status is known.
/// </summary>
internal sealed partial record Observation(int Status, JsonElement Body, string Location, string ErrorType, string ErrorMessage)
{
    public static readonly Observation None = new(0, default, "", "", "");

    public bool Succeeded => Status is >= 200 and < 400;

    /// <summary>Worth sending again unchanged.</summary>
    public bool IsPassing => Status is 408 or 425 or 429 or >= 500 || ErrorType is "timeout" or "connect" or "reset";

    public static Observation Read(string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                return Read(root);
            }
        }
        catch (JsonException)
        {
            // a summary in words
        }

        var status = StatusInText().Match(content);
        return None with { Status = status.Success ? int.Parse(status.Value, System.Globalization.CultureInfo.InvariantCulture) : 200 };
    }

    private static Observation Read(JsonElement root)
    {
        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && !root.TryGetProperty("status", out _))
        {
            return None with { ErrorType = Text(error, "type"), ErrorMessage = Text(error, "message") };
        }

        var status = root.TryGetProperty("status", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : 200;
        var body = root.TryGetProperty("body", out var value) ? value.Clone() : default;
        if (body.ValueKind == JsonValueKind.String && body.GetString() is { Length: > 1 } text && text[0] is '{' or '[')
        {
            try
            {
                body = JsonElement.Parse(body.GetString()!);
            }
            catch (JsonException)
            {
                // text that merely begins like JSON
            }
        }

        return None with { Status = status, Body = body, Location = root.TryGetProperty("headers", out var headers) ? Text(headers, "location") : "" };
    }

    private static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    [GeneratedRegex(@"\b[1-5][0-9]{2}\b", RegexOptions.CultureInvariant)]
    private static partial Regex StatusInText();
}
