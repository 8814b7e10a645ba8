namespace ApeTest.Hosting.CommandLine;

/// <summary>The line in which <c>ape-test start</c> tells where its run can be watched: <c>  watch it: http://127.0.0.1:41873/dashboard/runs/...?t=...</c>.</summary>
internal static class WatchLine
{
    private const string Mark = "watch it: ";

    /// <summary>The link of a line; null where the line is another.</summary>
    public static string? Link(string line)
    {
        var at = line.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }
        var text = line[(at + Mark.Length)..].Trim();
        // Colours of a terminal may end it.
        var end = text.AsSpan().IndexOfAny(" \t\u001b");
        text = end < 0 ? text : text[..end];
        return Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme is "http" or "https" ? text : null;
    }
}
