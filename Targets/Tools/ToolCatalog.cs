using System.Collections.Frozen;
using System.Collections.Immutable;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools.Pages;

namespace ApeTest.Targets.Tools;

/// <summary>What a target offers: its operations, or the generic HTTP verbs where it has no OpenAPI document. Immutable, shared by all sessions.</summary>
public sealed class ToolCatalog
{
    private readonly FrozenDictionary<string, OperationSpec> _byName;

    private readonly GraphQlTools? _graphQl;

    internal ToolCatalog(ImmutableArray<OperationSpec> operations, Uri baseUrl, Uri targetUrl, bool hasDocument, GraphQlTools? graphQl = null)
    {
        _graphQl = graphQl;
        Operations = operations;
        BaseUrl = baseUrl;
        TargetUrl = targetUrl;
        HasDocument = hasDocument;
        TokenHeader = operations.Select(static operation => operation.Credentials.TokenHeader).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList() is [var header] ? header : null;
        _byName = operations.ToFrozenDictionary(static operation => operation.Name, StringComparer.Ordinal);
    }

    /// <summary>Names that no operation may take: generic verbs, page tools, <c>graphql</c>, <c>state_update</c>, <c>state_get</c>, <c>session_start</c>, <c>finish</c>.</summary>
    public static ImmutableArray<string> ReservedNames { get; } = [.. HttpVerbTool.Names, PageFollowTool.Name, PageSubmitTool.Name, StateUpdateTool.Name, StateGetTool.Name, GraphQlQueryTool.Name, "session_start", "finish"];

    /// <summary>Operations in the document's order; empty for a generic catalog.</summary>
    public ImmutableArray<OperationSpec> Operations { get; }

    /// <summary>URL that paths are below: the target's URL with the base path of <c>servers</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>The target's own URL, which the generic verbs take paths below.</summary>
    public Uri TargetUrl { get; }

    /// <summary>The one header, beside <c>Authorization</c>, in which operations want the session's token (<c>X-Auth-Token</c>); null for none or several.</summary>
    public string? TokenHeader { get; }

    /// <summary>Whether the catalog comes from an OpenAPI document.</summary>
    public bool HasDocument { get; }

    /// <summary>Whether queries and mutations of a GraphQL endpoint are among the tools.</summary>
    public bool HasGraphQl => _graphQl is not null;

    /// <summary>Whether the generic verbs are all there is.</summary>
    private bool HasVerbs => !HasDocument && _graphQl is null;

    /// <summary>A catalog of the generic verbs <c>http_get</c>, <c>http_post</c>, <c>http_put</c>, <c>http_patch</c>, <c>http_delete</c>.</summary>
    public static ToolCatalog Generic(Uri baseUrl) => new([], baseUrl, baseUrl, hasDocument: false);

    /// <summary>Whether a tool goes where a browser would: the plain verbs and the page tools.</summary>
    internal static bool LeadsElsewhere(string tool) => tool is PageFollowTool.Name or PageSubmitTool.Name || HttpVerbTool.Names.Contains(tool, StringComparer.Ordinal);

    /// <summary>The operation whose tool has that name; null for none.</summary>
    public OperationSpec? Find(string tool) => _byName.GetValueOrDefault(tool);

    /// <summary>The same with the tools of a GraphQL endpoint.</summary>
    internal ToolCatalog With(GraphQlTools graphQl) => new(Operations, BaseUrl, TargetUrl, HasDocument, graphQl);

    /// <summary>Names of all tools that send requests, in order.</summary>
    public IEnumerable<string> ActionNames => [
        .. Operations.Select(static operation => operation.Name),
        .. _graphQl?.Names ?? [],
        .. HasVerbs ? HttpVerbTool.Names : [],
        .. HasPages ? [PageFollowTool.Name, PageSubmitTool.Name] : Array.Empty<string>(),
    ];

    /// <summary>Names of the operations, queries and mutations that change what the target holds, by their method or kind. The generic verbs are not named.</summary>
    public IEnumerable<string> ChangingNames => Operations.Where(static operation => operation.IsChanging).Select(static operation => operation.Name).Concat(_graphQl?.Changing ?? []);

    /// <summary>What a brain sees of operations, queries and mutations, in order.</summary>
    public IEnumerable<ToolSpec> ActionSpecs => Operations.Select(static operation => operation.Tool).Concat(_graphQl?.Specs ?? []);

    /// <summary>Whether the target may answer with HTML pages: it documents some, or documents nothing.</summary>
    public bool HasPages => HasVerbs || Operations.Any(static operation => operation.AnswersHtml);

    /// <summary>The tools of one kind of session: operations, queries and mutations, or verbs; page tools where there may be pages, and <c>state_update</c>.</summary>
    /// <param name="transport">How requests travel.</param>
    /// <param name="target">Name of the target.</param>
    /// <param name="time">Clock.</param>
    /// <param name="generic">Whether the verbs stand beside the operations, and <c>state_get</c> beside <c>state_update</c>: for MCP clients. Default false, as brains see them.</param>
    /// <param name="configuredHeaders">Names of headers that the target's configuration sets (an API key): a token of the session does not take their place. Default none.</param>
    public ToolSet CreateTools(ITargetTransport transport, string target, TimeProvider time, bool generic = false, IEnumerable<string>? configuredHeaders = null)
    {
        var caller = new TargetCaller(transport, target, time, configuredHeaders?.ToFrozenSet(StringComparer.OrdinalIgnoreCase), TargetUrl);
        IEnumerable<ITool> operations = Operations.Select(operation => new OperationTool(operation, TargetUrl, caller));
        IEnumerable<ITool> verbs = generic || HasVerbs ? HttpVerbTool.All(TargetUrl, caller) : [];
        IEnumerable<ITool> pages = generic || HasPages ? [new PageFollowTool(TargetUrl, caller), new PageSubmitTool(TargetUrl, caller)] : [];
        IEnumerable<ITool> state = generic ? [new StateUpdateTool(), new StateGetTool()] : [new StateUpdateTool()];
        return new ToolSet([.. operations, .. _graphQl?.Create(caller, TargetUrl) ?? [], .. verbs, .. pages, .. state]);
    }

    /// <summary>The tools for MCP clients of a target: operations, verbs, page tools, <c>state_update</c> and <c>state_get</c>.</summary>
    /// <param name="transport">How requests travel.</param>
    /// <param name="target">The target; headers that it configures are kept.</param>
    /// <param name="time">Clock.</param>
    public ToolSet CreateTools(ITargetTransport transport, TargetEntry target, TimeProvider time) =>
        CreateTools(transport, target.Name, time, generic: true, target.Headers.Select(static header => header.Key));
}
