using ApeTest.Scenarios.Loading.Resolved;

namespace ApeTest.Cli.Commands.Try;

/// <summary>
/// A header of the target in a saved scenario. Credentials, and whatever came of <c>--header</c> and <c>--auth</c>, are written as
/// <c>${VAR}</c>: the variable that holds the value already, or one named after the header.
/// </summary>
/// <param name="Name">Name.</param>
/// <param name="Text">Value as the loader reads it.</param>
/// <param name="Variable">Variable that it needs; null for none.</param>
/// <param name="IsSet">Whether that variable holds the value already.</param>
internal sealed record SavedHeader(string Name, string Text, string? Variable, bool IsSet)
{
    // A value this short is no secret, and would be found in variables by chance.
    private const int ShortestFound = 4;
    private static readonly string[] Schemes = ["Bearer ", "Basic "];
    private static readonly string[] Plain = ["Accept", "Accept-Language", "User-Agent"];

    /// <summary>Makes it from the header's value and where that came from.</summary>
    public static SavedHeader Of(string name, string value, ResolvedScenario resolved, IReadOnlyDictionary<string, string> variables)
    {
        var source = resolved.Values.FirstOrDefault(field => field.Path.StartsWith("target.headers", StringComparison.Ordinal) && field.Path.Contains(name, StringComparison.Ordinal));
        var secret = source is null || source.Text == ResolvedScenario.Redacted || source.Source.StartsWith("cli:", StringComparison.Ordinal);
        if (!secret || Plain.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return new SavedHeader(name, value.Replace("${", "$${", StringComparison.Ordinal), null, true);
        }
        var scheme = Schemes.FirstOrDefault(scheme => value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) ?? string.Empty;
        var credential = value[scheme.Length..];
        var known = credential.Length < ShortestFound ? null : variables.Where(variable => variable.Value == credential).Select(variable => variable.Key).Order(StringComparer.Ordinal).FirstOrDefault();
        var named = known ?? Free(Named(name, scheme), variables);
        return new SavedHeader(name, $"{scheme}${{{named}}}", named, known is not null);
    }

    // A variable that holds something else already is somebody else's.
    private static string Free(string name, IReadOnlyDictionary<string, string> variables)
    {
        while (variables.GetValueOrDefault(name) is { Length: > 0 })
        {
            name = $"APE_{name}";
        }
        return name;
    }

    private static string Named(string header, string scheme)
    {
        var name = string.Concat(header.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return scheme.Length == 0 ? (char.IsAsciiDigit(name[0]) ? $"_{name}" : name) : scheme.StartsWith("Basic", StringComparison.Ordinal) ? "API_BASIC" : "API_TOKEN";
    }
}
