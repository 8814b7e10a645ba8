using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Deploy;

/// <summary>A service that has an image.</summary>
/// <param name="Name">Name of the service and of the image.</param>
/// <param name="Project">Its project file, below the checkout.</param>
/// <param name="Executable">What a publish calls its executable.</param>
/// <param name="Port">Where it listens.</param>
internal sealed record ServiceImage(string Name, string Project, string Executable, int Port)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ServiceImage> All { get; } =
    [
        new("gateway", "Gateway/Gateway.csproj", "ApeTest.Gateway", DefaultPorts.Gateway),
        new("llm-proxy", "LlmProxy/LlmProxy.csproj", "ApeTest.LlmProxy", DefaultPorts.LlmProxy),
        new("agent", "Agent/Agent.csproj", "ApeTest.Agent", DefaultPorts.Agent),
        new("collector", "Observability/Observability.csproj", "ApeTest.Observability", DefaultPorts.Collector),
        new("shop", "samples/Shop/Shop.csproj", "ApeTest.Shop", DefaultPorts.Shop),
    ];

    /// <summary>Name of the image without registry and tag.</summary>
    public string Repository => $"apetest/{Name}";
}
