using System.Text;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>A target that begins with a value: a reference to the target's URL.</summary>
internal static class TargetUrl
{
    /// <summary>Makes origin form of it; false where it is neither a path nor a URL of http or https.</summary>
    /// <param name="target">The reference; then the path with its query.</param>
    /// <param name="baseUrl">What it is relative to.</param>
    /// <param name="own">The step's own origin.</param>
    /// <param name="elsewhere">The URL where that is of another origin; null otherwise.</param>
    public static bool TryResolve(ByteBuffer target, Uri baseUrl, Origin own, out Uri? elsewhere)
    {
        elsewhere = null;
        var reference = target.Span;
        // What nearly all are, without a Uri: a path, and a URL of the same origin.
        if (reference.Length > own.Text.Length && reference[own.Text.Length] == '/' && Ascii.EqualsIgnoreCase(reference[..own.Text.Length], own.Text))
        {
            reference = reference[own.Text.Length..];
            if (IsPlain(reference))
            {
                Span<byte> path = reference.Length <= 1024 ? stackalloc byte[1024] : new byte[reference.Length];
                reference.CopyTo(path);
                path = path[..reference.Length];
                target.Clear();
                target.Write(path);
                return true;
            }
        }
        else if (IsPlain(reference))
        {
            return true;
        }
        if (!Uri.TryCreate(baseUrl, Encoding.ASCII.GetString(target.Span), out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            return false;
        }
        elsewhere = own.Contains(url) ? null : url;
        target.Clear();
        target.Write(Encoding.ASCII.GetBytes(url.PathAndQuery));
        return true;
    }

    private static bool IsPlain(ReadOnlySpan<byte> path) =>
        path.Length > 0 && path[0] == '/' && !path.StartsWith("//"u8) && !path.Contains((byte)'#') && !DotSegments.Contains(path);
}
