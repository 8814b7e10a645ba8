namespace ApeTest.Targets.Tools;

/// <summary>Tells of URLs in the form that the generic verbs take as <c>path</c>.</summary>
internal static class TargetReference
{
    /// <summary>A path below the target's URL, where that leads to the same place; else the absolute URL.</summary>
    public static string Write(Uri url, Uri target)
    {
        var root = target.AbsolutePath.TrimEnd('/');
        var path = url.PathAndQuery;
        return url.Scheme == target.Scheme && url.Authority == target.Authority && IsBelow(url, target) && !path.AsSpan(root.Length).StartsWith("//", StringComparison.Ordinal)
            ? path[root.Length..]
            : url.AbsoluteUri;
    }

    /// <summary>The URL that a path below the target's URL, or an absolute URL, stands for.</summary>
    /// <param name="reference">The reference, as <see cref="Write"/> makes it.</param>
    /// <param name="target">URL of the target.</param>
    /// <param name="error">What is wrong with it; null where nothing is.</param>
    public static Uri? Read(string reference, Uri target, out string? error)
    {
        error = null;
        var isAbsolute = reference.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || reference.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var isPath = reference.StartsWith('/') && !reference.StartsWith("//", StringComparison.Ordinal) && !reference.StartsWith("/\\", StringComparison.Ordinal);
        // What stands before an @ is no host, and is there to make a reader think that it is.
        if ((!isAbsolute && !isPath) || !Uri.TryCreate(isAbsolute ? reference : target.AbsoluteUri.TrimEnd('/') + reference, UriKind.Absolute, out var url)
            || url.UserInfo.Length > 0 || (!isAbsolute && url.Authority != target.Authority))
        {
            error = "must begin with one '/', or be an absolute http or https URL without user name";
            return null;
        }
        if (!isAbsolute && !IsBelow(url, target))
        {
            error = "leaves the target's base path";
            return null;
        }
        return url;
    }

    /// <summary>Whether the URL's path is below the target's.</summary>
    public static bool IsBelow(Uri url, Uri target) => url.AbsolutePath.StartsWith(target.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal);
}
