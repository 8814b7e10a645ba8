using System.Net;
using ApeTest.Scenarios.Model;

namespace ApeTest.Targets.Lean;

/// <summary>How a run's agents connect.</summary>
public sealed record LeanOptions
{
    /// <summary>Whose connections are. Default each agent's own.</summary>
    public ConnectionUse Connections { get; init; }

    /// <summary>Most connections of the shared pool to a server, over all loops: each has its part of them, so there must not be more loops than connections. Default unlimited.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>Number of loops that <see cref="MaxConnections"/> is for. Default 1.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>Addresses that connections come from, in turn. Default (empty): the system's choice.</summary>
    public IReadOnlyList<IPAddress> SourceAddresses { get; init; } = [];

    /// <summary>How long a resolved name is believed; a connection that is older is not used for another request. Default 5 minutes, as of the general transport.</summary>
    public TimeSpan DnsTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most bytes of bodies that a loop keeps while they arrive; an answer beyond them is an error (<see cref="Http.TargetErrors.Memory"/>). Default 256 MiB.</summary>
    public long MaxKeptBytes { get; init; } = 256L << 20;

    /// <summary>Name resolution. Null: the system's.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }
}
