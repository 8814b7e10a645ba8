using System.Text.RegularExpressions;
using ApeTest.Scenarios.Success;

namespace ApeTest.Targets.Oracles;

/// <summary>Regular expressions over a text of which perhaps only the first part was kept.</summary>
internal static class PartialText
{
    /// <summary>Whether the pattern matches somewhere; unknown after <see cref="SafeRegex.Limit"/>. Of a part, a match proves it only where the rest could not change it, and no match leaves it open.</summary>
    public static Truth Matches(Regex pattern, string text, bool isCut)
    {
        try
        {
            return !isCut ? pattern.IsMatch(text) ? Truth.Proven : Truth.Refuted
                : IsWithin(pattern.Match(text), text) ? Truth.Proven : Truth.Unknown;
        }
        catch (RegexMatchTimeoutException)
        {
            return Truth.Unknown;
        }
    }

    /// <summary>What the pattern captures; null where it gives nothing, with whether that is known: not of a part, not of half a character, not after <see cref="SafeRegex.Limit"/>.</summary>
    public static string? Capture(Regex pattern, string text, bool isCut, out bool isKnown)
    {
        isKnown = false;
        try
        {
            if (isCut && !IsWithin(pattern.Match(text), text))
            {
                return null;
            }
            var captured = SafeRegex.Capture(pattern, text);
            isKnown = captured is null || IsWhole(captured);
            return isKnown ? captured : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Whether a text holds no half of a surrogate pair: a pattern sees UTF-16 and can part one (<c>no (.)</c> of "no \ud83d\ude00").</summary>
    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether a match ends before the text does: <c>$</c> and <c>\b</c> look one character further, and so does a repetition.</summary>
    private static bool IsWithin(Match match, string text) => match.Success && match.Index + match.Length < text.Length - 1;
}
