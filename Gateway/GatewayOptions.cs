using ApeTest.Targets.Policy;

namespace ApeTest.Gateway;

/// <summary>Where the gateway's targets come from: one of the two.</summary>
public sealed record GatewayOptions
{
    /// <summary>The targets themselves; null: from <see cref="ConfigPath"/>.</summary>
    public GatewayFile? File { get; init; }

    /// <summary>Path of a gateway file (DESIGN 14.5), which is read again when it changes. Default <c>ape.mcp-gateway.json</c>.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>Variables for <c>${VAR}</c> in that file. Default none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
