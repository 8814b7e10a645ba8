using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.OpenApi;

/// <summary>One operation of the target: the tool that a brain sees, and how a call becomes a request. Immutable.</summary>
public sealed class OperationSpec
{
    private readonly Lazy<SchemaChecker> _checker;

    internal OperationSpec(ToolSpec tool)
    {
        Tool = tool;
        _checker = new Lazy<SchemaChecker>(() => SchemaChecker.Compile(Tool.InputSchema));
    }

    /// <summary>The tool.</summary>
    public ToolSpec Tool { get; }

    /// <summary>Name of the tool: the operationId with illegal characters as <c>_</c>.</summary>
    public string Name => Tool.Name;

    /// <summary>The operationId as written; null where the document has none.</summary>
    public string? OperationId { get; init; }

    /// <summary>HTTP method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>Path template below the base URL: <c>/orders/{id}</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Summary; null for none.</summary>
    public string? Summary { get; init; }

    /// <summary>Tags.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Path, query and header parameters. Cookies and security headers are the session's and not listed.</summary>
    public ImmutableArray<ParameterSpec> Parameters { get; init; } = [];

    /// <summary>Request body; null for none.</summary>
    public BodySpec? Body { get; init; }

    /// <summary>What the session must show.</summary>
    public SecurityKind Security { get; init; }

    /// <summary>Documented responses in the document's order.</summary>
    public ImmutableArray<ResponseSpec> Responses { get; init; } = [];

    /// <summary>Whether it is marked <c>x-ape-destructive</c>.</summary>
    public bool Destructive { get; init; }

    /// <summary>Documented success statuses (2xx), ascending; empty where only ranges or <c>default</c> are documented.</summary>
    public ImmutableArray<int> SuccessStatuses => [.. Responses.Where(static r => r.Status is >= 200 and < 300).Select(static r => r.Status!.Value).Order()];

    /// <summary>Checks arguments; compiled on first use, since most operations of a large document are never called.</summary>
    public SchemaChecker Checker => _checker.Value;
}

/// <summary>What a session must show to call an operation.</summary>
public enum SecurityKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A bearer token (HTTP bearer, OAuth 2, OpenID Connect).</summary>
    Bearer,

    /// <summary>A session cookie.</summary>
    Cookie,

    /// <summary>An API key or basic credentials, which come from the target's configured headers.</summary>
    ApiKey,

    /// <summary>The document declares no security scheme at all: a token is shown once the session has one.</summary>
    Undeclared,
}

/// <summary>Where a parameter travels.</summary>
public enum ParameterPlace
{
    /// <summary>In the path.</summary>
    Path,

    /// <summary>In the query.</summary>
    Query,

    /// <summary>In a header.</summary>
    Header,
}

/// <summary>One parameter.</summary>
/// <param name="Name">Name on the wire.</param>
/// <param name="Argument">Name among the tool's arguments; differs only where two parameters share a name.</param>
/// <param name="Place">Where it travels.</param>
/// <param name="Required">Whether it is required.</param>
/// <param name="Style">OpenAPI style: <c>simple</c>, <c>form</c>, <c>deepObject</c>, <c>pipeDelimited</c>, <c>spaceDelimited</c>, or <c>json</c> for a parameter with content.</param>
/// <param name="Explode">Whether arrays and objects become several parameters.</param>
public sealed record ParameterSpec(string Name, string Argument, ParameterPlace Place, bool Required, string Style, bool Explode);

/// <summary>How a body is written.</summary>
public enum BodyKind
{
    /// <summary>JSON.</summary>
    Json,

    /// <summary><c>application/x-www-form-urlencoded</c>.</summary>
    Form,

    /// <summary><c>multipart/form-data</c>.</summary>
    Multipart,

    /// <summary>Text as it is.</summary>
    Raw,
}

/// <summary>The request body of an operation.</summary>
/// <param name="Kind">How it is written.</param>
/// <param name="ContentType">Content type.</param>
/// <param name="Flattened">Names of body properties that are arguments of their own.</param>
/// <param name="HasBodyArgument">Whether there is an argument <c>body</c>: the whole body, or the properties that collide with a parameter.</param>
public sealed record BodySpec(BodyKind Kind, string ContentType, ImmutableArray<string> Flattened, bool HasBodyArgument);

/// <summary>One documented response.</summary>
public sealed class ResponseSpec
{
    private readonly Lazy<JsonElement?> _schema;

    internal ResponseSpec(string code, Func<JsonElement?> schema)
    {
        Code = code;
        _schema = new Lazy<JsonElement?>(schema);
    }

    /// <summary>Code as written: <c>201</c>, <c>4XX</c>, <c>default</c>.</summary>
    public string Code { get; }

    /// <summary>The status; null for a range or <c>default</c>.</summary>
    public int? Status => int.TryParse(Code, out var status) ? status : null;

    /// <summary>Schema of the JSON body, references resolved; null for none. Expanded on first use.</summary>
    public JsonElement? Schema => _schema.Value;
}
