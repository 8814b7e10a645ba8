using System.Collections.Immutable;
using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Rules of methods and paths, and of the hosts that a request may go to.</summary>
internal sealed class RequestTargets(Uri target, ImmutableArray<string> hosts)
{
    private const string Example = "Write for example `get: /orders/{{orderId}}`.";

    /// <summary>What is wrong with a method; null for nothing.</summary>
    public static (string Error, string? Suggestion)? MethodError(string method)
    {
        const string Line = "Write method and path, for example `request: \"PURGE /products\"`.";
        if (method.Length is 0 or > 32 || method.Any(static c => !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
        {
            return ($"{Quote.Text(method)} is not a method of HTTP", Line);
        }
        return method == "CONNECT" ? ("`CONNECT` opens a tunnel, which is no request", Line)
            : method.Any(char.IsAsciiLetterLower) ? ($"the method {Quote.Text(method)} must be in capitals: HTTP's methods have case", $"Write `{method.ToUpperInvariant()}`.") : null;
    }

    /// <summary>What is wrong with a path or URL whose placeholders are right; null for nothing.</summary>
    public (string Error, string? Suggestion)? PathError(string path)
    {
        var template = Template.Parse(path);
        var first = template.Segments.IsEmpty ? default : template.Segments[0];
        if (first.Kind is TemplateSegmentKind.Generator || path.Length == 0)
        {
            return ($"{Quote.Text(path)} must start with `/`, or with a value that is a URL", Example);
        }
        if (template.Segments.Where(static s => s.Kind is TemplateSegmentKind.Literal).Any(static s => s.Text.AsSpan().IndexOfAny(" \t\r\n#\\") >= 0 || s.Text.Any(char.IsControl)))
        {
            return ($"{Quote.Text(path)} must not hold blanks, `#`, `\\` and control characters", "Write a blank as %20; values of placeholders are escaped by themselves.");
        }
        if (template.Segments.Length == 1 && first.Kind is TemplateSegmentKind.Literal && HasDotSegment(first.Text))
        {
            return ($"{Quote.Text(path)} holds a segment `.` or `..`", "Write the path that it leads to.");
        }
        if (first.Kind is TemplateSegmentKind.Name)
        {
            // A reference, as of `Location`: where it leads, the policy sees when it is known.
            return null;
        }
        if (first.Text[0] == '/')
        {
            return first.Text.StartsWith("//", StringComparison.Ordinal) ? ($"{Quote.Text(path)} must start with one `/`", Example) : null;
        }
        return UrlError(path, first.Text, template.Segments.Length == 1);
    }

    // %2e is a dot too (RFC 3986, section 6.2.2.2): the same rule as the compiler's, which sees the bytes.
    private static bool HasDotSegment(string text)
    {
        var query = text.IndexOf('?', StringComparison.Ordinal);
        return (query < 0 ? text : text[..query]).Split('/').Any(static segment => segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..");
    }

    private (string Error, string? Suggestion)? UrlError(string path, string start, bool isWhole)
    {
        var scheme = start.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return ($"{Quote.Text(path)} must start with `/`, or be an http(s) URL", start.Contains('/', StringComparison.Ordinal) || isWhole ? $"Did you mean `/{Quote.Plain(path)}`?" : Example);
        }
        var end = start.AsSpan(scheme + 3).IndexOfAny("/?");
        if (end < 0 && !isWhole)
        {
            return ($"{Quote.Text(path)} must name its host: a value cannot", "Write the host out; name several in `target.hosts`.");
        }
        var origin = end < 0 ? start : start[..(scheme + 3 + end)];
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            return ($"{Quote.Text(path)} is not an http(s) URL", Example);
        }
        var isAllowed = url.Authority == target.Authority
            || hosts.Any(host => string.Equals(host, url.Host, StringComparison.OrdinalIgnoreCase) || string.Equals(host, $"{url.Host}:{url.Port}", StringComparison.OrdinalIgnoreCase));
        return isAllowed ? null : ($"the host {Quote.Text(url.Authority)} is not the target's", $"Add it: `target: {{ hosts: [ {Quote.Plain(url.Authority)} ] }}`.");
    }
}
