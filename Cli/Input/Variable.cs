using System.Buffers;
using System.Text;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Input;

/// <summary>
/// Values of flags that come of environment variables: <c>'${TOKEN}'</c> anywhere in the value, and <c>'$TOKEN'</c> as the whole value,
/// where the shell was kept from putting them in. So a secret stands neither in the shell's history nor in the list of processes.
/// </summary>
internal static class Variable
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary><c>$TOKEN</c> as <c>${TOKEN}</c>, which the loader reads; any other text as it is.</summary>
    public static string Braced(string text) => IsWhole(text) ? $"${{{text[1..]}}}" : text;

    /// <summary>The value of <paramref name="text"/>; a variable that is not set throws <see cref="ApeTestException"/> (exit 2) that names it.</summary>
    public static string Expand(string flag, string text, IReadOnlyDictionary<string, string> variables)
    {
        if (IsWhole(text))
        {
            return Value(flag, text[1..], variables);
        }
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf('}', open);
            if (close < 0 || !IsName(text.AsSpan(open + 2, close - open - 2)))
            {
                throw new ApeTestException($"{flag} holds a broken ${{VAR}}", $"Write for example {flag} 'bearer:${{API_TOKEN}}', in single quotes.", ExitCodes.Input);
            }
            result.Append(text, at, open - at).Append(Value(flag, text[(open + 2)..close], variables));
            at = close + 1;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    private static string Value(string flag, string name, IReadOnlyDictionary<string, string> variables) =>
        variables.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new ApeTestException($"{flag} takes the environment variable {name}, which is not set", $"Set it: export {name}=...", ExitCodes.Input);

    private static bool IsWhole(string text) => text.Length > 1 && text[0] == '$' && IsName(text.AsSpan(1));

    private static bool IsName(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !char.IsAsciiDigit(text[0]) && text.IndexOfAnyExcept(NameCharacters) < 0;
}
