using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Deploy;

/// <summary>How a stack differs from the template.</summary>
internal sealed record DeployOptions
{
    /// <summary>Compose project: lower-case letters, digits and <c>-</c>. It names and labels all that belongs to the stack.</summary>
    public required string Project { get; init; }

    /// <summary>The target that the gateway leads to. Null: the sample shop, as a container of the stack.</summary>
    public TargetSpec? Target { get; init; }

    /// <summary>Whether the sample shop is a container of the stack though <see cref="Target"/> says how it is reached. Default false.</summary>
    public bool HasShop { get; init; }

    /// <summary>Port of the collector on 127.0.0.1. Default 5300.</summary>
    public int Port { get; init; } = ServiceDefaults.Hosting.DefaultPorts.Collector;

    /// <summary>Agent containers. Default 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>CPUs of the engine, more than which no container may ask for; null: not known.</summary>
    public int? Cpus { get; init; }

    /// <summary>Most files that a container may have open. Default 20,000.</summary>
    public int OpenFiles { get; init; } = 20_000;

    /// <summary>Where Ollama is, as containers reach it. Null: the stack's own, profile <c>ollama</c>.</summary>
    public Uri? Ollama { get; init; }

    /// <summary>Compose profiles: <c>metrics</c>, <c>observability</c>, <c>ollama</c>, <c>jaeger</c>. The shop's is added where there is no target. Default none.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];
}
