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

    /// <summary>Whether the URL's path is below the target's.</summary>
    public static bool IsBelow(Uri url, Uri target) => url.AbsolutePath.StartsWith(target.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal);
}
