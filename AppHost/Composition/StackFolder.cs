namespace ApeTest.AppHost.Composition;

/// <summary>Where the AppHost finds the repository's files, and keeps its own.</summary>
/// <param name="AppHost">The AppHost's project directory.</param>
internal sealed record StackFolder(string AppHost)
{
    /// <summary>The checkout.</summary>
    public string Root => Path.GetFullPath("..", AppHost);

    /// <summary>The run directories, where <c>ape-test runs</c> finds them.</summary>
    public string Runs => Path.Combine(Root, ".ape", "runs");

    /// <summary>The gateway file.</summary>
    public string GatewayFile => Path.Combine(AppHost, "config", "ape.mcp-gateway.json");

    /// <summary>The launcher, which builds the command where its sources changed.</summary>
    public string Launcher => Path.Combine(Root, OperatingSystem.IsWindows() ? "ape-test.cmd" : "ape-test");

    /// <summary>A file of <c>deploy/config</c>.</summary>
    public string Deployed(params ReadOnlySpan<string> parts) => Path.Combine([Root, "deploy", "config", .. parts]);

    /// <summary>File of a secret of the services on this machine.</summary>
    public string Secret(string name) => Path.Combine(Root, ".ape", "aspire", name);
}
