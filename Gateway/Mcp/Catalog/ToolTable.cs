using System.Collections.Frozen;
using System.Collections.Immutable;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Catalog;

/// <summary>All tools of all targets at one time. Immutable.</summary>
internal sealed class ToolTable
{
    private readonly FrozenDictionary<string, McpTool> _tools;

    /// <param name="tools">The tools in the order of their targets; names are unique.</param>
    /// <param name="problems">Documents that could not be had, each with its reason.</param>
    public ToolTable(ImmutableArray<McpTool> tools, ImmutableArray<string> problems)
    {
        _tools = tools.ToFrozenDictionary(static tool => tool.Listed.Name, StringComparer.Ordinal);
        Listed = [.. tools.Select(static tool => tool.Listed)];
        ListedWithSession = [SessionStart.Tool, .. tools.Select(static tool => tool.ListedWithSession)];
        Problems = problems;
    }

    /// <summary>What a client with a session is told.</summary>
    public ImmutableArray<Tool> Listed { get; }

    /// <summary>What a client of the session-less protocol is told.</summary>
    public ImmutableArray<Tool> ListedWithSession { get; }

    /// <summary>Documents that could not be had: their targets offer their generic tools only.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>The tool of that name; null for none.</summary>
    public McpTool? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>Whether a client that knows <paramref name="other"/> would see a difference.</summary>
    public bool ListsAs(ToolTable other) => Listed.Length == other.Listed.Length && Listed.Zip(other.Listed).All(static pair =>
        pair.First.Name == pair.Second.Name && pair.First.Description == pair.Second.Description
        && pair.First.InputSchema.GetRawText() == pair.Second.InputSchema.GetRawText());
}
