using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>
/// Compiles a request's path and query. A path is below the target's URL; one that is an absolute URL names its own server. A value is escaped as part of
/// a segment, behind a <c>?</c> as part of the query; one that the path begins with is a reference (an extracted <c>Location</c>) and stands as it is.
/// </summary>
internal sealed class PathCompiler(Uri target, ValueScope scope)
{
    /// <summary>Compiles it; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where it is malformed.</summary>
    public CompiledPath Compile(RequestSpec request)
    {
        var template = scope.Parse(request.Path);
        var isReference = template.Segments is [{ Kind: not TemplateSegmentKind.Literal }, ..];
        var builder = new ByteTemplateBuilder(scope);
        var server = target;
        var isQuery = false;
        for (var i = 0; i < template.Segments.Length; i++)
        {
            var segment = template.Segments[i];
            if (segment.Kind is not TemplateSegmentKind.Literal)
            {
                builder.Add(segment, i == 0 ? Place.Reference : isQuery ? Place.Query : Place.Segment, isWritten: false);
                continue;
            }
            var text = segment.Text;
            if (i == 0)
            {
                (server, text) = Split(text, hasMore: template.Segments.Length > 1);
            }
            var fragment = text.IndexOf('#', StringComparison.Ordinal);
            text = fragment < 0 ? text : text[..fragment];
            isQuery |= text.Contains('?', StringComparison.Ordinal);
            builder.Add(segment with { Text = text }, Place.Text, isWritten: true);
            if (fragment >= 0)
            {
                // It never leaves a browser (RFC 9110, section 7.1).
                break;
            }
        }
        if (isReference && !request.Query.IsEmpty)
        {
            return new CompiledPath(server, builder.Build(), isReference, AddQuery(new ByteTemplateBuilder(scope), request, ""));
        }
        var path = request.Query.IsEmpty ? builder.Build() : AddQuery(builder, request, isQuery ? "&" : "?");
        if (path.IsConstant && path.IsEmpty is false && DotSegments.Contains(Constant(path)))
        {
            scope.Fail("the path holds a segment `.` or `..`", "Write the path that it leads to.");
        }
        return new CompiledPath(server, path, isReference, ByteTemplate.Empty);
    }

    private static ByteTemplate AddQuery(ByteTemplateBuilder builder, RequestSpec request, string separator)
    {
        foreach (var (name, value) in request.Query)
        {
            builder.Literal(separator).Text(name, Place.Query).Literal("=").Text(value, Place.Query, isSecret: SecretNames.Contains(name));
            separator = "&";
        }
        return builder.Build();
    }

    /// <summary>Server and path of a text that a path begins with.</summary>
    private (Uri Server, string Path) Split(string text, bool hasMore)
    {
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            var authority = text.IndexOf("//", StringComparison.Ordinal) + 2;
            var end = text.AsSpan(authority).IndexOfAny('/', '?', '#');
            if ((end < 0 && hasMore) || !Uri.TryCreate(end < 0 ? text : text[..(authority + end)], UriKind.Absolute, out var server) || server.UserInfo.Length > 0)
            {
                scope.Fail($"'{text}' is no URL with a host", "Write the host out, for example `http://auth.test/token`; a whole URL may be one value: `{{next}}`.");
                return default;
            }
            var rest = end < 0 ? "" : text[(authority + end)..];
            return (server, Escaped(rest.StartsWith('/') ? rest : "/" + rest));
        }
        var below = target.AbsolutePath.TrimEnd('/');
        return (target, below + Escaped(text.StartsWith('/') ? text : "/" + text));
    }

    /// <summary>A path as written, with what may not stand in one escaped.</summary>
    private static string Escaped(string path)
    {
        var buffer = new ByteBuffer();
        Escapes.Write(Place.Reference, Encoding.UTF8.GetBytes(path), buffer);
        return Encoding.ASCII.GetString(buffer.Span);
    }

    private static ReadOnlySpan<byte> Constant(ByteTemplate template)
    {
        var buffer = new ByteBuffer();
        template.TryRender(null!, buffer, out _);
        return buffer.Span;
    }
}

/// <summary>A path, compiled.</summary>
/// <param name="Server">Where it goes.</param>
/// <param name="Target">Path, with the query but for a reference.</param>
/// <param name="IsReference">Whether it begins with a value.</param>
/// <param name="Query">Parameters that are appended to a reference; empty for none.</param>
internal readonly record struct CompiledPath(Uri Server, ByteTemplate Target, bool IsReference, ByteTemplate Query);
