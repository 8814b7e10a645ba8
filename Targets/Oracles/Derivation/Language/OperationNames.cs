using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>What operationIds and paths say, as words.</summary>
internal static class OperationNames
{
    private static readonly HashSet<string> Noise = new(StringComparer.Ordinal) { "api", "controller", "async", "endpoint", "operation", "handler", "rest" };

    private static readonly HashSet<string> Scopes = new(StringComparer.Ordinal)
    {
        "api", "rest", "public", "auth", "me", "mine", "my", "self", "current", "account", "admin", "internal", "service", "services",
    };

    /// <summary>Words of the operationId without a method at the end and words that say nothing; particles joined: <c>sign_up_users_post</c> -> signup, users.</summary>
    public static List<string> Words(OperationSpec operation)
    {
        var words = WordForms.Split(operation.OperationId ?? "").Where(static word => !Noise.Contains(word)).ToList();
        var method = operation.Method.Method.ToLowerInvariant();
        if (words.Count > 1 && words[^1] == method)
        {
            words.RemoveAt(words.Count - 1);
        }
        if (words.Count > 1 && words[0] is "put" or "patch" && words[0] == method)
        {
            words[0] = "update";
        }
        for (var i = 0; i + 1 < words.Count; i++)
        {
            if (Lexicon.Joined(words[i], words[i + 1]) is { } joined)
            {
                words[i] = joined;
                words.RemoveAt(i + 1);
            }
        }
        return words;
    }

    /// <summary>Segments of the path without those that name a version or the caller: <c>/api/v1/users/{id}</c> -> users, {id}.</summary>
    public static List<string> Segments(OperationSpec operation)
    {
        var segments = operation.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        var telling = segments.Where(static segment => !Scopes.Contains(segment.ToLowerInvariant()) && !IsVersion(segment)).ToList();
        // `/account` alone is a resource.
        return telling.Any(static segment => !IsParameter(segment)) ? telling : segments;
    }

    /// <summary>Whether a segment is <c>{id}</c>.</summary>
    public static bool IsParameter(string segment) => segment.Contains('{', StringComparison.Ordinal);

    /// <summary>A word of the operation that must be a verb though no dictionary has it; null for none.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="isAlone">Whether no other operation has its path: <c>/courses/{id}/waitlist</c> with a DELETE is a thing.</param>
    public static string? UnknownVerb(OperationSpec operation, bool isAlone)
    {
        if (operation.Method == HttpMethod.Get || operation.Method == HttpMethod.Head || operation.Method == HttpMethod.Options || operation.Method == HttpMethod.Trace)
        {
            return null;
        }
        var segments = Segments(operation);
        var words = Words(operation);
        // /widgets/{id}/frobnicate
        if (operation.Method == HttpMethod.Post && isAlone && !IsNamedByVerb(words, segments) && segments.Count > 2 && IsParameter(segments[^2]) && !IsParameter(segments[^1])
            && WordForms.Split(segments[^1]) is [var action] && !WordForms.IsPlural(action) && Lexicon.Find(action) is null)
        {
            return action;
        }
        // frobnicateWidget
        return words.Count > 1 && Lexicon.Find(words[0]) is null && Lexicon.Find(words[^1]) is null && !WordForms.IsPlural(words[0])
            && !IsOfPath(words[0], segments)
                ? words[0]
                : null;
    }

    private static bool IsNamedByVerb(List<string> words, List<string> segments) =>
        words.Count > 1 && ((string[])[words[0], words[^1]]).Any(word => Lexicon.Find(word) is not null && !IsOfPath(WordForms.Singular(word), segments));

    private static bool IsOfPath(string noun, List<string> segments) => segments.Any(segment => WordForms.Split(segment).Any(word => WordForms.Singular(word) == noun));

    private static bool IsVersion(string segment) => segment is ['v' or 'V', _, ..] && segment.Skip(1).All(static c => char.IsAsciiDigit(c) || c == '.');
}
