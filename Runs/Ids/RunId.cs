using System.Globalization;

namespace ApeTest.Runs.Ids;

/// <summary>
/// Ids of runs: <c>20261121-131502-7f3a</c>, the UTC second of submission, its sixteenth and three random hex digits, so that names sort by time: those of
/// commands that follow each other do within a second too.
/// </summary>
public static class RunId
{
    /// <summary>Length of an id.</summary>
    public const int Length = 20;

    private const string TimeFormat = "yyyyMMdd-HHmmss";

    /// <summary>A new id, at the time of <paramref name="time"/> in UTC.</summary>
    public static string New(TimeProvider time, Random random)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var sixteenth = now.Ticks % TimeSpan.TicksPerSecond * 16 / TimeSpan.TicksPerSecond;
        return string.Create(CultureInfo.InvariantCulture, $"{now.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{sixteenth:x1}{random.Next(0x1000):x3}");
    }

    /// <summary>Whether <paramref name="text"/> is a well-formed id.</summary>
    public static bool IsValid(string? text) => TryParse(text, out _);

    /// <summary>Reads the second of submission out of an id; false where <paramref name="text"/> is none.</summary>
    public static bool TryParse(string? text, out DateTimeOffset submitted)
    {
        submitted = default;
        return text is { Length: Length }
            && text[15] == '-'
            && text.AsSpan(16).IndexOfAnyExcept("0123456789abcdef") < 0
            && DateTimeOffset.TryParseExact(text.AsSpan(0, 15), TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out submitted);
    }

    /// <summary>
    /// Whether <paramref name="text"/> names the run <paramref name="id"/>: the id, its beginning, or the beginning of its last
    /// four digits (<c>7f3a</c>).
    /// </summary>
    public static bool Matches(string id, string text) => text.Length > 0
        && (id.StartsWith(text, StringComparison.OrdinalIgnoreCase)
            || (id.Length == Length && id.AsSpan(16).StartsWith(text, StringComparison.OrdinalIgnoreCase)));
}
