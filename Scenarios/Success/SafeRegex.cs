using System.Text.RegularExpressions;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>
/// Regular expressions of conditions: matched in time linear to the text, so that no body can hold up a session
/// (<see cref="RegexOptions.NonBacktracking"/>). Compiled once; thread-safe.
/// </summary>
public static class SafeRegex
{
    /// <summary>Longest pattern, in characters.</summary>
    public const int MaxLength = 1_000;

    /// <summary>
    /// Longest time of one match, in seconds of the clock; then <see cref="RegexMatchTimeoutException"/>. Linear time has a factor, which a
    /// pattern of many repetitions makes large: a minute for a body of 1 MiB. .NET looks at the clock now and then, so that a match may take
    /// some seconds longer.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Reads a pattern; false with what is wrong.</summary>
    public static bool TryParse(string pattern, out Regex regex, out TextError error)
    {
        regex = null!;
        if (pattern.Length is 0 or > MaxLength)
        {
            error = new TextError(0, $"a regular expression has 1 to {MaxLength} characters (got {pattern.Length})", "Write for example `Order no\\. \\d+`.");
            return false;
        }
        if (Template.TryParse(pattern, out var template, out _) && template.Placeholders is [var name, ..])
        {
            error = new TextError(0, $"a regular expression holds no values (got {Quote.Text(Template.Placeholder(name))})",
                $"Compare the value where values may stand: `text: \"{Template.Placeholder(name)}\"`, or `json: {{ $.id: \"{Template.Placeholder(name)}\" }}`.");
            return false;
        }
        try
        {
            regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limit);
            error = default;
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            error = new TextError(0, $"{Quote.Text(pattern)} is not a regular expression: {exception.Message.TrimEnd('.')}",
                "Use .NET's syntax without lookaround, back references and atomic groups, for example `Order no\\. (\\d+)`.");
            return false;
        }
    }

    /// <summary>
    /// What a pattern captures: its group named <c>value</c>, else its first group, else all of the match; null where nothing matches. It may part
    /// a surrogate pair (<c>no (.)</c> of an emoji).
    /// </summary>
    public static string? Capture(Regex regex, string text)
    {
        var match = regex.Match(text);
        if (!match.Success)
        {
            return null;
        }
        var group = match.Groups["value"] is { Success: true } named ? named : match.Groups.Count > 1 ? match.Groups[1] : match;
        return group.Success ? group.Value : null;
    }
}
