namespace ApeTest.ServiceDefaults;

/// <summary>What every service has: its name, where it logs, what guards it.</summary>
public sealed class ServiceOptions
{
    /// <summary>Name in logs, spans and metrics: <c>agent</c>, <c>llm-proxy</c>, <c>gateway</c>, <c>collector</c>, <c>shop</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Folder for <c>{service}.jsonl</c>. Null: no log file.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Name of the log file, without <c>.jsonl</c>, where several processes of a service log into one folder. Default <see cref="Service"/>.</summary>
    public string? LogName { get; init; }

    /// <summary>Whether JSON lines go to standard output. Default false; true when a service runs alone.</summary>
    public bool ConsoleLogs { get; init; }

    /// <summary>Whether JSON lines go to standard error: for a service whose standard output is a protocol. Default false.</summary>
    public bool StandardErrorLogs { get; init; }

    /// <summary>Service token required in <c>X-Ape-Token</c>. Null: from <c>APETEST_TOKEN_FILE</c>; required where the service is not on loopback.</summary>
    public string? Token { get; init; }

    /// <summary>Run id written on every log line; null outside a run.</summary>
    public string? Run { get; init; }

    /// <summary>
    /// Whether the service lets in only its own kind: loopback <c>Host</c> and <c>Origin</c> on loopback, the service token elsewhere.
    /// Default true. False for a service whose clients are strangers, as a system under test's are.
    /// </summary>
    public bool Guard { get; init; } = true;

    /// <summary>
    /// Whether <c>/metrics</c> asks for the service token where there is one. Default true. False for services on loopback whose tokens
    /// nobody knows, as those of a run in one process: a Prometheus server next to it could not read them.
    /// </summary>
    public bool MetricsNeedToken { get; init; } = true;
}
