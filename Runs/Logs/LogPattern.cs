using System.Text.RegularExpressions;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Logs;

/// <summary>
/// Regular expressions over log lines: .NET's syntax without lookaround, atomic groups and backreferences, since the engine that knows
/// no backtracking reads each line in time that grows with its length only. Case counts unless the pattern begins with <c>(?i)</c>.
/// </summary>
public static class LogPattern
{
    /// <summary>The pattern; one that is malformed, or needs backtracking, throws <see cref="ApeTestException"/> (exit 2) that says where.</summary>
    public static Regex Parse(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            throw new ApeTestException($"'{pattern}' is no regular expression: {Reason(e)} at character {e.Offset}",
                "Put a backslash before a character that is meant as it is, or search for plain text with --grep.", ExitCodes.Input, e);
        }
        catch (NotSupportedException e)
        {
            throw new ApeTestException($"'{pattern}' is a regular expression that needs backtracking, or grows too large",
                "Do without lookaround, atomic groups and backreferences; patterns can be chained with --grep.", ExitCodes.Input, e);
        }
    }

    // The error's name in words: the runtime's message repeats the pattern.
    private static string Reason(RegexParseException e) =>
        string.Concat(e.Error.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
}
