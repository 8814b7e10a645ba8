namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>Segments <c>.</c> and <c>..</c> of a path (RFC 3986, section 5.2.4).</summary>
internal static class DotSegments
{
    /// <summary>Whether a target's path has one.</summary>
    public static bool Contains(ReadOnlySpan<byte> target)
    {
        var query = target.IndexOf((byte)'?');
        var path = query < 0 ? target : target[..query];
        while (path.IndexOf("/."u8) is >= 0 and var at)
        {
            path = path[(at + 2)..];
            if (path.IsEmpty || path[0] == '/' || (path[0] == '.' && (path.Length == 1 || path[1] == '/')))
            {
                return true;
            }
        }
        return false;
    }
}
