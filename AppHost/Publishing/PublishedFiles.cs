namespace ApeTest.AppHost.Publishing;

/// <summary>Where published services find their files.</summary>
internal static class PublishedFiles
{
    /// <summary>Name of the gateway file.</summary>
    public const string GatewayFileName = "ape.mcp-gateway.json";

    /// <summary>Folder of configuration files.</summary>
    public const string ConfigFolder = "/config";

    /// <summary>The gateway file.</summary>
    public const string GatewayFile = $"{ConfigFolder}/{GatewayFileName}";

    /// <summary>Folder of secrets.</summary>
    public const string SecretFolder = "/run/secrets";

    /// <summary>File of the service token, in that folder.</summary>
    public const string ServiceToken = "service_token";

    /// <summary>What the collector writes to.</summary>
    public const string Data = "/data";

    /// <summary>Folder of the run directories.</summary>
    public const string Runs = $"{Data}/runs";
}
