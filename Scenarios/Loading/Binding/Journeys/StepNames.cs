using System.Text;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Names of requests and groups: they become operations of metrics.</summary>
internal static class StepNames
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 64;

    public static Rule<string> Rule { get; } = Rules.Text("checkout").Then(static text =>
        text.Length <= MaxLength && text.All(IsCharacter) && text.Trim() == text
            ? text
            : Rules.Wrong<string>($"must be at most {MaxLength} letters, digits, blanks and `/{{}}._-:` (got {Quote.Plain(text)})", $"Use for example `{Of(text) ?? "checkout"}`."));

    /// <summary>The method and the path's template without query: <c>GET /orders/{id}</c>; of an absolute URL its path only.</summary>
    public static string OfRequest(string method, string path)
    {
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? 0 : path.IndexOf('/', scheme + 3);
        var plain = slash < 0 ? "/" : path[slash..];
        var query = plain.IndexOf('?', StringComparison.Ordinal);
        plain = (query < 0 ? plain : plain[..query]).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);
        return Of($"{method} {plain}") ?? method;
    }

    /// <summary>A name made of any text; null where nothing can stay.</summary>
    private static string? Of(string text)
    {
        var name = new StringBuilder(text.Length);
        foreach (var character in text.Trim())
        {
            // The parentheses of a generator say nothing that its name does not.
            if (character is not ('(' or ')'))
            {
                name.Append(IsCharacter(character) ? character : '-');
            }
        }
        var result = name.ToString(0, Math.Min(name.Length, MaxLength)).Trim();
        return result.Length == 0 ? null : result;
    }

    private static bool IsCharacter(char character) => char.IsAsciiLetterOrDigit(character) || " /{}._-:".Contains(character, StringComparison.Ordinal);
}
