using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>A generic HTTP verb as a tool, for targets without an OpenAPI document, and beside its operations for MCP clients.</summary>
internal sealed class HttpVerbTool : ITool
{
    private static readonly ImmutableArray<(string Name, HttpMethod Method)> Verbs =
    [
        ("http_get", HttpMethod.Get), ("http_post", HttpMethod.Post), ("http_put", HttpMethod.Put),
        ("http_patch", HttpMethod.Patch), ("http_delete", HttpMethod.Delete),
    ];

    private readonly HttpMethod _method;
    private readonly Uri _targetUrl;
    private readonly TargetCaller _caller;
    private readonly SchemaChecker _checker;

    private HttpVerbTool(string name, HttpMethod method, Uri targetUrl, TargetCaller caller)
    {
        _method = method;
        _targetUrl = targetUrl;
        _caller = caller;
        var body = method == HttpMethod.Get ? "" : """
            "body": {"description": "JSON value, or text."},
            """;
        var schema = JsonDocument.Parse($$$"""
            {"type": "object", "properties": {
              "path": {"type": "string", "minLength": 1, "description": "Path on the target beginning with /, or an absolute URL of an allowed host."},
              "query": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
              {{{body}}}
              "headers": {"type": "object", "additionalProperties": {"type": "string"}}
            }, "required": ["path"], "additionalProperties": false}
            """).RootElement.Clone();
        Spec = new ToolSpec(name, $"{method.Method} any path - Sends one HTTP request to the target.", schema, IsAction: true) { Method = method.Method };
        _checker = SchemaChecker.Compile(schema);
    }

    /// <summary>Names of the verbs.</summary>
    public static IEnumerable<string> Names => Verbs.Select(static verb => verb.Name);

    /// <inheritdoc/>
    public ToolSpec Spec { get; }

    /// <summary>One tool a verb.</summary>
    public static IEnumerable<ITool> All(Uri targetUrl, TargetCaller caller) =>
        Verbs.Select(verb => new HttpVerbTool(verb.Name, verb.Method, targetUrl, caller));

    /// <inheritdoc/>
    public async ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        var contentType = ContentType(call);
        var arguments = SecretFiller.Fill(call, state, argument => argument switch
        {
            "path" => Uri.EscapeDataString,
            "body" when MediaTypes.IsForm(contentType) => Uri.EscapeDataString,
            "body" when IsJsonText(contentType, call.Arguments) => static value => JsonEncodedText.Encode(value).Value,
            _ => null,
        });
        if (ArgumentCheck.Errors(_checker, arguments) is { } errors)
        {
            return ActionResults.Rejected(ActionResults.InvalidArguments, errors, state);
        }
        if (TargetReference.Read(arguments.GetProperty("path").GetString()!, _targetUrl, out var error) is not { } read)
        {
            return ActionResults.Rejected(ActionResults.InvalidArguments, $"$.path: {error}", state);
        }
        var url = arguments.TryGetProperty("query", out var query) ? WithQuery(read, query) : read;
        var headers = new List<KeyValuePair<string, string>>();
        if (arguments.TryGetProperty("headers", out var given))
        {
            foreach (var header in given.EnumerateObject())
            {
                var value = header.Value.GetString()!;
                if (!HttpText.IsToken(header.Name) || !HttpText.IsFieldValue(value))
                {
                    return ActionResults.Rejected(ActionResults.InvalidArguments, $"$.headers: '{header.Name}' holds a line break or a character that may not stand in a header", state);
                }
                if (!header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                {
                    headers.Add(new(header.Name, value));
                }
            }
        }
        var body = BodyWriter.Free(arguments.TryGetProperty("body", out var content) ? content : default, contentType);
        return await _caller.CallAsync(
            new TargetCall(_method, url)
            {
                Operation = Spec.Name,
                Headers = headers,
                Body = body.Content,
                ContentType = body.ContentType,
                // The token is the target's: it is not shown to another host.
                ShowToken = url.Authority == _targetUrl.Authority,
            },
            state,
            cancellationToken);
    }

    private static string? ContentType(ToolCall call)
    {
        if (call.Arguments.ValueKind == JsonValueKind.Object && call.Arguments.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in headers.EnumerateObject())
            {
                if (header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && header.Value.ValueKind == JsonValueKind.String)
                {
                    return header.Value.GetString();
                }
            }
        }
        return null;
    }

    private static bool IsJsonText(string? contentType, JsonElement arguments) => contentType is not null ? MediaTypes.IsJson(contentType)
        : arguments.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.String && BodyWriter.LooksLikeJson(body.GetString()!);

    private static Uri WithQuery(Uri url, JsonElement query)
    {
        var pairs = query.EnumerateObject().Select(static pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(StyleWriter.Simple(pair.Value))}");
        var joined = string.Join('&', pairs);
        return joined.Length == 0 ? url : new UriBuilder(url) { Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{joined}" : joined }.Uri;
    }
}
