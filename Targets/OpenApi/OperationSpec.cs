using System.Collections.Immutable;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.OpenApi;

/// <summary>One operation of the target: the tool that a brain sees, and how a call becomes a request. Immutable; its parts are made on first use.</summary>
public sealed class OperationSpec
{
    private readonly Lazy<OperationArguments> _arguments;
    private readonly Lazy<ToolSpec> _tool;
    private readonly Lazy<SchemaChecker> _checker;

    internal OperationSpec(string name, string description, Func<OperationArguments> arguments)
    {
        Name = name;
        _arguments = new Lazy<OperationArguments>(arguments);
        _tool = new Lazy<ToolSpec>(() => new ToolSpec(Name, description, _arguments.Value.Schema, IsAction: true) { Method = Method!.Method, Path = Path });
        _checker = new Lazy<SchemaChecker>(() => SchemaChecker.Compile(Tool.InputSchema));
    }

    /// <summary>The tool.</summary>
    public ToolSpec Tool => _tool.Value;

    /// <summary>Name of the tool: the operationId with illegal characters as <c>_</c>.</summary>
    public string Name { get; }

    /// <summary>The operationId as written; null where the document has none.</summary>
    public string? OperationId { get; init; }

    /// <summary>HTTP method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>Whether its method says that it changes what the target holds: anything but GET, HEAD, OPTIONS and TRACE (RFC 9110, section 9.2.1).</summary>
    public bool IsChanging => Method != HttpMethod.Get && Method != HttpMethod.Head && Method != HttpMethod.Options && Method != HttpMethod.Trace;

    /// <summary>URL that its path is below, by the document's <c>servers</c>. Another host than the target's where the operation or its path names one.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Path template below the base URL: <c>/orders/{id}</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Summary; null for none.</summary>
    public string? Summary { get; init; }

    /// <summary>Tags.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Path, query, header and cookie parameters. Cookies and headers of security schemes are the session's and not listed.</summary>
    public ImmutableArray<ParameterSpec> Parameters => _arguments.Value.Parameters;

    /// <summary>Request body; null for none.</summary>
    public BodySpec? Body => _arguments.Value.Body;

    /// <summary>What the session must show.</summary>
    public SecurityKind Security => Credentials.Kind;

    /// <summary>Documented responses in the document's order.</summary>
    public ImmutableArray<ResponseSpec> Responses { get; init; } = [];

    /// <summary>Whether it is marked <c>x-ape-destructive</c>.</summary>
    public bool Destructive { get; init; }

    /// <summary>Documented success statuses (2xx), ascending; empty where only ranges or <c>default</c> are documented.</summary>
    public ImmutableArray<int> SuccessStatuses => [.. Responses.Where(static r => r.Status is >= 200 and < 300).Select(static r => r.Status!.Value).Order()];

    /// <summary>Checks arguments; compiled on first use.</summary>
    public SchemaChecker Checker => _checker.Value;

    /// <summary>Whether an answer is documented to be an HTML page.</summary>
    public bool AnswersHtml { get; init; }

    /// <summary>Header that the target's configuration has to set for it: an API key's, or <c>Authorization</c> for HTTP basic; null for none.</summary>
    public string? KeyHeader => Credentials.KeyHeader;

    /// <summary>Whether <see cref="KeyHeader"/> takes user and password (RFC 7617).</summary>
    public bool IsBasic => Credentials.IsBasic;

    internal OperationSecurity Credentials { get; init; }

    /// <summary>Whether the arguments were made: an import makes none.</summary>
    internal bool IsExpanded => _arguments.IsValueCreated;
}
