namespace ApeTest.Targets.Policy;

/// <summary>
/// A deny or allow rule: <c>METHOD /path/glob</c> (<c>*</c> for any method; in the path <c>*</c> matches within a segment, <c>**</c>
/// across segments) or an operationId.
/// </summary>
internal readonly record struct RequestRule(string? Method, string? Path, string? Operation)
{
    /// <summary>Reads a rule; false where it is neither form.</summary>
    public static bool TryParse(string text, out RequestRule rule)
    {
        rule = default;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        switch (parts)
        {
            case [var operation] when operation.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'):
                rule = new RequestRule(null, null, operation);
                return true;
            case [var method, ['/', ..] path] when method == "*" || method.All(char.IsAsciiLetter):
                rule = new RequestRule(method == "*" ? null : method.ToUpperInvariant(), path, null);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether the rule names the request. Methods and paths compare without case, since many servers route so.</summary>
    public bool Matches(string method, string path, string? operation) => Path is null
        ? string.Equals(Operation, operation, StringComparison.Ordinal)
        : (Method is null || Method.Equals(method, StringComparison.OrdinalIgnoreCase)) && IsGlobMatch(Path, path);

    /// <summary>
    /// Glob match in time of glob times path, whatever the wildcards: all places of the glob that the path read so far may lead to are
    /// followed at once. Most rules end at their literal prefix.
    /// </summary>
    internal static bool IsGlobMatch(ReadOnlySpan<char> glob, ReadOnlySpan<char> path)
    {
        var p = 0;
        for (; p < path.Length && p < glob.Length && glob[p] != '*'; p++)
        {
            if (char.ToLowerInvariant(glob[p]) != char.ToLowerInvariant(path[p]))
            {
                return false;
            }
        }
        // Places are indexes of the glob; the second star of a ** stands for "inside of it".
        var size = glob.Length + 1;
        var places = size <= 256 ? stackalloc bool[2 * size] : new bool[2 * size];
        places.Clear();
        var now = places[..size];
        var next = places[size..];
        now[p] = true;
        for (; p < path.Length; p++)
        {
            if (IsSettled(glob, path[p], now, next))
            {
                return true;
            }
            if (!next.Contains(true))
            {
                return false;
            }
            next.CopyTo(now);
            next.Clear();
        }
        for (var g = 0; g < size; g++)
        {
            // "/orders/**" also names "/orders".
            if (now[g] && (glob[g..].TrimStart('*') is "" or "/**" or "/"))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Reads one character of the path. True where the rest of the path does not matter.</summary>
    private static bool IsSettled(ReadOnlySpan<char> glob, char character, Span<bool> now, Span<bool> next)
    {
        for (var g = 0; g < glob.Length; g++)
        {
            if (glob[g..] is ['*', '*', .. var rest])
            {
                if (now[g])
                {
                    if (rest.IsEmpty)
                    {
                        return true;
                    }
                    // "/orders/**/lines" also names "/orders/lines".
                    now[g + 3] |= rest[0] == '/';
                    now[g + 1] = true;
                }
                if (now[++g])
                {
                    now[g + 1] = true;
                    next[g] = true;
                }
            }
            else if (now[g])
            {
                if (glob[g] == '*')
                {
                    now[g + 1] = true;
                    next[g] |= character != '/';
                }
                else if (char.ToLowerInvariant(glob[g]) == char.ToLowerInvariant(character))
                {
                    next[g + 1] = true;
                }
            }
        }
        return false;
    }
}
