using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Thresholds;

/// <summary>What may stand behind the value of a threshold: <c>for 30s abort after 10s</c>.</summary>
/// <param name="Window">Length of a window; null: the whole run.</param>
/// <param name="Abort">Whether the run is stopped as soon as it breaks.</param>
/// <param name="AbortAfter">Time since the run's start before which nothing is stopped.</param>
internal readonly record struct ThresholdTerms(TimeSpan? Window, bool Abort, TimeSpan AbortAfter)
{
    private const string Example = "Write for example `< 300ms for 30s abort after 10s`; `for` comes first, and each part may be left out.";

    /// <summary>Splits the text behind the operator into the value and the terms; false with what is wrong.</summary>
    public static bool TryParse(string text, out string value, out ThresholdTerms terms, out TextError error)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, static word => word is "for" or "abort");
        value = string.Join(' ', at < 0 ? words : words[..at]);
        terms = default;
        error = default;
        if (at < 0)
        {
            return true;
        }
        if (words[at] == "for")
        {
            if (!TryDuration(words, at, out var window) || window < TimeSpan.FromSeconds(1) || window.Ticks % TimeSpan.TicksPerSecond != 0)
            {
                error = Wrong(text, "for", "needs a window of whole seconds, at least 1s");
                return false;
            }
            terms = terms with { Window = window };
            at += 2;
        }
        if (at < words.Length && words[at] == "abort")
        {
            terms = terms with { Abort = true };
            at++;
            if (at < words.Length && words[at] == "after")
            {
                if (!TryDuration(words, at, out var after))
                {
                    error = Wrong(text, "after", "needs a duration");
                    return false;
                }
                terms = terms with { AbortAfter = after };
                at += 2;
            }
        }
        if (at < words.Length)
        {
            error = Wrong(text, words[at], "is not known here");
            return false;
        }
        return true;
    }

    /// <summary>As it is written behind a value, with a blank before it; empty for none.</summary>
    public override string ToString() =>
        $"{(Window is { } window ? $" for {Durations.Format(window)}" : "")}{(Abort ? " abort" : "")}{(AbortAfter > TimeSpan.Zero ? $" after {Durations.Format(AbortAfter)}" : "")}";

    private static bool TryDuration(string[] words, int at, out TimeSpan duration)
    {
        duration = default;
        return at + 1 < words.Length && Durations.TryParse(words[at + 1], out duration);
    }

    private static TextError Wrong(string text, string word, string message) =>
        new(text.LastIndexOf(word, StringComparison.Ordinal), $"{Quote.Text(word)} {message}", Example);
}
