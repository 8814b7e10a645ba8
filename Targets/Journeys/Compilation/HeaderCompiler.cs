using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Compiles a request's headers: its own, then <c>Content-Type</c>, <c>Accept</c> and <c>User-Agent</c> where neither it nor the target has them.</summary>
internal sealed class HeaderCompiler(TargetSpec target, ValueScope scope)
{
    private static readonly string UserAgent = $"ape-test/{typeof(HeaderCompiler).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>Compiles them; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where one may not be given.</summary>
    public (ImmutableArray<(string Name, ByteTemplate Line)> Lines, ByteTemplate All, ByteTemplate Cookies) Compile(RequestSpec request)
    {
        var lines = ImmutableArray.CreateBuilder<(string Name, ByteTemplate Line)>();
        var cookies = new ByteTemplateBuilder(scope);
        var separator = "";
        foreach (var (name, value) in request.Headers)
        {
            if (!HttpText.IsToken(name))
            {
                scope.Fail($"'{name}' is not the name of a header", "Use letters, digits and '-', for example X-Api-Key.");
            }
            if (RequestWriter.IsConnectionHeader(name) || IsOwn(name))
            {
                scope.Fail($"header '{name}' is set by ApeTest itself and cannot be given", "Remove it.");
            }
            if (Is(name, "Cookie"))
            {
                cookies.Literal(separator).Text(value, Place.Header, isSecret: true);
                separator = "; ";
                continue;
            }
            lines.Add((name, Line(name, value)));
        }
        AddMissing(lines, request, "Content-Type", request.Body is { } body ? body.ContentType ?? BodyCompiler.ContentTypeOf(body) : null);
        AddMissing(lines, request, "Accept", Has(target.Headers, "Accept") ? null : "*/*");
        AddMissing(lines, request, "User-Agent", Has(target.Headers, "User-Agent") ? null : UserAgent);
        var all = new ByteTemplateBuilder(scope);
        foreach (var (_, line) in lines)
        {
            all.Add(line);
        }
        return (lines.ToImmutable(), all.Build(), cookies.Build());
    }

    private void AddMissing(ImmutableArray<(string Name, ByteTemplate Line)>.Builder lines, RequestSpec request, string name, string? value)
    {
        if (value is not null && !Has(request.Headers, name))
        {
            lines.Add((name, Line(name, value)));
        }
    }

    private ByteTemplate Line(string name, string value) =>
        new ByteTemplateBuilder(scope).Literal(name).Literal(": ").Text(value, Place.Header, isSecret: SecretNames.ContainsHeader(name)).Literal("\r\n").Build();

    private static bool Has(IEnumerable<KeyValuePair<string, string>> headers, string name) => headers.Any(header => Is(header.Key, name));

    private static bool IsOwn(string name) => Is(name, "Expect") || Is(name, "traceparent") || Is(name, "tracestate") || Is(name, "baggage");

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);
}
