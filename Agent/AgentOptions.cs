using ApeTest.Runs.Queue;

namespace ApeTest.Agent;

/// <summary>What an agent worker needs beyond the run's plan. The <see cref="IRunQueue"/> comes from the container.</summary>
public sealed class AgentOptions
{
    /// <summary>Base URL of the gateway; needed for runs whose actions go through it. Null: only runs with <c>gateway: in-process</c>.</summary>
    public Uri? GatewayUrl { get; set; }

    /// <summary>Base URL of LlmProxy, with or without <c>/v1</c>.</summary>
    public required Uri LlmProxyUrl { get; set; }

    /// <summary>Service token sent to the gateway as <c>X-Ape-Token</c>. Null: none, as on loopback.</summary>
    public string? Token { get; set; }

    /// <summary>Proxy key sent to LlmProxy as bearer token. Null: none, as on loopback.</summary>
    public string? ProxyKey { get; set; }

    /// <summary>Name of this worker in leases and batches; unique in a run. Default: machine name and process id.</summary>
    public string WorkerName { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Most blocks (of at most 50 slots) held at a time. Default unlimited.</summary>
    public int MaxBlocks { get; set; } = int.MaxValue;

    /// <summary>How often an idle worker asks for a block. Default 100 ms.</summary>
    public TimeSpan ClaimInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long sessions may drain when the process is told to end (SIGTERM), before they are cancelled. Default 30 s.</summary>
    public TimeSpan ShutdownDrain { get; set; } = TimeSpan.FromSeconds(30);
}
