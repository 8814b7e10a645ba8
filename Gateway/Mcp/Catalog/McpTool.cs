using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Catalog;

/// <summary>One tool as MCP clients see it, and what stands behind it. Immutable.</summary>
internal sealed record McpTool
{
    /// <summary>Its target.</summary>
    public required TargetEntry Target { get; init; }

    /// <summary>Its name in <see cref="Set"/>; the listed name differs where there are several targets.</summary>
    public required string Name { get; init; }

    /// <summary>The tools of its target.</summary>
    public required ToolSet Set { get; init; }

    /// <summary>As it is listed.</summary>
    public required Tool Listed { get; init; }

    /// <summary>As it is listed to clients of the session-less protocol: with an argument that names the session.</summary>
    public required Tool ListedWithSession { get; init; }

    /// <summary>Name of that argument: <c>session</c>, or <c>mcp_session</c> where the operation has a <c>session</c> of its own.</summary>
    public required string SessionArgument { get; init; }
}
