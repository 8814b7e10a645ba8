using System.Globalization;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Queue;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent;

/// <summary>What an agent worker needs beyond the run's plan. The <see cref="IRunQueue"/> comes from the container.</summary>
public sealed class AgentOptions
{
    // Longer than any session should last, and within what a timer can wait.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(1);

    // Of a worker that runs alone: one connection to the gateway, one to LlmProxy.
    private const int FilesPerAgent = 2;
    private const int OwnFiles = 300;

    /// <summary>Base URL of the gateway; needed for runs whose actions go through it. Null: only runs with <c>gateway: in-process</c>.</summary>
    public Uri? GatewayUrl { get; set; }

    /// <summary>Base URL of LlmProxy, with or without <c>/v1</c>. Null: only runs without goals.</summary>
    public Uri? LlmProxyUrl { get; set; }

    /// <summary>Service token sent to the gateway as <c>X-Ape-Token</c>. Null: the host's own, if it has one.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// Whether agents add the headers of the scenario's target to what they send to the gateway. Default false: it has them from the scenario. True where the
    /// gateway has a file of its own, as in a stack.
    /// </summary>
    public bool AddsTargetHeaders { get; set; }

    /// <summary>Proxy key sent to LlmProxy as bearer token. Null: the host's service token, if it has one.</summary>
    public string? ProxyKey { get; set; }

    /// <summary>Name of this worker in leases and batches; unique in a run. Default: machine name and process id.</summary>
    public string WorkerName { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Most blocks (of at most 50 slots) held at a time. Default unlimited.</summary>
    public int MaxBlocks { get; set; } = int.MaxValue;

    /// <summary>
    /// Most connections to the gateway (or a target) and to LlmProxy each, so that the process never runs out of open files, which would end it: what would need
    /// another waits. Default unlimited.
    /// </summary>
    public int MaxConnections { get; set; } = int.MaxValue;

    /// <summary>Loops that journeys run on, each a thread. Default: as many as there are cores.</summary>
    public int Loops { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// Whether there are other workers, with which the blocks of a run are shared: this one says that it is there while it is idle, and takes over what others
    /// left a block at a time, the more slowly the more it has. Default false.
    /// </summary>
    public bool SharesBlocks { get; set; }

    /// <summary>The one run that this worker works for; null: any. Default null.</summary>
    public string? OnlyRun { get; set; }

    /// <summary>How often an idle worker asks for a block. Default 100 ms.</summary>
    public TimeSpan ClaimInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long sessions may drain when the process is told to end (SIGTERM), before they are cancelled. Default 30 s.</summary>
    public TimeSpan ShutdownDrain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Is told what sessions do, step by step. Default null: nobody, as for a load.</summary>
    public ISessionObserver? Observer { get; set; }

    /// <summary>
    /// Options of a worker that runs alone, from the variables of <see cref="EnvironmentNames"/>: URLs of gateway and LLM proxy, and
    /// <c>APETEST_AGENT__NAME</c>, <c>__BLOCKS</c>, <c>__DRAIN</c>, <c>__RUN</c>. A bad value throws <see cref="ApeTestException"/> (exit 2).
    /// </summary>
    public static AgentOptions FromEnvironment(Func<string, string?> variable)
    {
        var options = new AgentOptions
        {
            GatewayUrl = Url(variable, EnvironmentNames.GatewayUrl, DefaultPorts.Gateway),
            LlmProxyUrl = Url(variable, EnvironmentNames.LlmProxyUrl, DefaultPorts.LlmProxy),
            AddsTargetHeaders = true,
            SharesBlocks = true,
            MaxConnections = FileDescriptors.Connections(OwnFiles, FilesPerAgent) ?? int.MaxValue,
        };
        if (variable(EnvironmentNames.AgentName) is { Length: > 0 } name)
        {
            options.WorkerName = name;
        }
        options.OnlyRun = variable(EnvironmentNames.AgentRun) is { Length: > 0 } run ? run : null;
        if (variable(EnvironmentNames.AgentBlocks) is { Length: > 0 } blocks)
        {
            options.MaxBlocks = int.TryParse(blocks, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0
                ? most
                : throw Bad(EnvironmentNames.AgentBlocks, blocks, "a whole number from 1", "Each block is at most 50 agents; unset it for no limit.");
        }
        if (variable(EnvironmentNames.AgentDrain) is { Length: > 0 } drain)
        {
            options.ShutdownDrain = Durations.TryParse(drain, out var time) && time <= LongestDrain
                ? time
                : throw Bad(EnvironmentNames.AgentDrain, drain, $"a duration of at most {Durations.Format(LongestDrain)}", "Set it to one such as 30s.");
        }
        return options;
    }

    private static Uri Url(Func<string, string?> variable, string name, int port)
    {
        var text = variable(name) is { Length: > 0 } given ? given : ServiceUrls.Loopback(port);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw Bad(name, text, "an http URL", $"Set it to one such as {ServiceUrls.Loopback(port)}.");
    }

    private static ApeTestException Bad(string name, string value, string rule, string fix) => new($"{name}='{value}' is not {rule}.", fix, ExitCodes.Input);
}
