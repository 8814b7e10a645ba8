namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>Ports of services that run alone. The embedded host picks free ones.</summary>
public static class DefaultPorts
{
    /// <summary>The sample shop.</summary>
    public const int Shop = 5080;

    /// <summary>The gateway.</summary>
    public const int Gateway = 5100;

    /// <summary>The LLM proxy.</summary>
    public const int LlmProxy = 5200;

    /// <summary>The collector.</summary>
    public const int Collector = 5300;

    /// <summary>The agent worker (health and metrics only).</summary>
    public const int Agent = 5400;
}
