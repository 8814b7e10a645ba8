using System.Globalization;
using System.Text.Json;
using ApeTest.Cli.Input;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Init;

/// <summary>Values that flags and answers give: one check for both. What is wrong throws <see cref="ApeTestException"/> (exit 2) with the fix.</summary>
internal static class InitFields
{
    private const int MostAgents = 1_000_000;

    /// <summary>The URL of a target.</summary>
    public static Uri Url(string field, string text) =>
        Uri.TryCreate(text.Trim().Contains("://", StringComparison.Ordinal) ? text.Trim() : $"http://{text.Trim()}", UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            ? url
            : throw Wrong(field, text, "an http or https URL without user, query and fragment", "Write for example http://127.0.0.1:8080.");

    /// <summary>A number of agents.</summary>
    public static int Agents(string field, string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MostAgents
            ? number
            : throw Wrong(field, text, $"a whole number from 1 to {MostAgents}", "Begin with 5.");

    /// <summary>A duration, as it is written in a scenario.</summary>
    public static string Duration(string field, string text) => Durations.TryParse(text.Trim(), out var duration) && duration > TimeSpan.Zero
        ? Durations.Format(duration)
        : throw Wrong(field, text, "a duration", "Write for example 30s, 5m or 1h.");

    /// <summary>A model that a scenario may name: the loader's own rule, before it is written into one.</summary>
    public static string Model(string field, string text)
    {
        var model = text.Trim();
        var llm = new Dictionary<string, object> { ["llm"] = new Dictionary<string, string> { ["model"] = model } };
        var loaded = ScenarioLoader.Load(new ScenarioSources { Text = JsonSerializer.Serialize(llm), TextName = field });
        // What else a scenario lacks is not asked here.
        return loaded.Errors.FirstOrDefault(static error => error.Path == "llm.model") is { } wrong
            ? throw new ApeTestException($"{field} '{text}': {wrong.Message}", wrong.Suggestion, ExitCodes.Input)
            : model;
    }

    /// <summary>The name of a header; null for <c>-</c>, which leaves it out.</summary>
    public static string? Header(string text) => text.Trim() is var name && name == "-" ? null
        : TargetHeader.Parse($"{name}: x").Name;

    /// <summary>The name of an environment variable, with or without its <c>$</c>.</summary>
    public static string Variable(string text) => text.Trim().Trim('$', '{', '}') is { Length: > 0 } name && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? name
        : throw Wrong("variable", text, "the name of an environment variable", "Write for example API_KEY: letters, digits and '_'.");

    private static ApeTestException Wrong(string field, string text, string rule, string hint) => new($"{field} '{text}' is not {rule}", hint, ExitCodes.Input);
}
