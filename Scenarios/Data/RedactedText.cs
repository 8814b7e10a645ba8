namespace ApeTest.Scenarios.Data;

/// <summary>
/// What stands in records, evidence and prompts for a secret that has no placeholder of its own (<c>{{user.password}}</c>): one text, so that whoever reads a record
/// knows by it that a value is missing.
/// </summary>
public static class RedactedText
{
    /// <summary>The text.</summary>
    public const string Mark = "[redacted]";

    /// <summary>Where a secret came from, without its value: <c>$.token [redacted]</c>.</summary>
    public static string From(string source) => $"{source} {Mark}";

    /// <summary>Whether something is missing in a text.</summary>
    public static bool IsIn(string text) => text.Contains(Mark, StringComparison.Ordinal);
}
