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

    /// <summary>Linear-memory glob match; backtracks over the last wildcard of each kind only through recursion on <c>**</c>.</summary>
    internal static bool IsGlobMatch(ReadOnlySpan<char> glob, ReadOnlySpan<char> path)
    {
        int g = 0, p = 0, star = -1, mark = 0;
        while (p < path.Length)
        {
            if (g + 1 < glob.Length && glob[g] == '*' && glob[g + 1] == '*')
            {
                var rest = glob[(g + 2)..];
                if (rest.IsEmpty)
                {
                    return true;
                }
                // "/orders/**/lines" also names "/orders/lines".
                if (rest[0] == '/' && IsGlobMatch(rest[1..], path[p..]))
                {
                    return true;
                }
                for (var from = p; from <= path.Length; from++)
                {
                    if (IsGlobMatch(rest, path[from..]))
                    {
                        return true;
                    }
                }
                return false;
            }
            if (g < glob.Length && glob[g] == '*')
            {
                star = g++;
                mark = p;
            }
            else if (g < glob.Length && char.ToLowerInvariant(glob[g]) == char.ToLowerInvariant(path[p]))
            {
                g++;
                p++;
            }
            else if (star >= 0 && path[mark] != '/')
            {
                g = star + 1;
                p = ++mark;
            }
            else
            {
                return false;
            }
        }
        while (g < glob.Length && glob[g] == '*')
        {
            g++;
        }
        // "/orders/**" also names "/orders".
        return g == glob.Length || (glob[g..] is "/**" or "/");
    }
}
