namespace ApeTest.Scenarios.Model;

/// <summary>Limits of one session. Reaching one ends the session as <c>stuck</c>.</summary>
public sealed record SessionSpec
{
    /// <summary>Most decisions of the brain. Default 25.</summary>
    public int MaxSteps { get; init; } = 25;

    /// <summary>Longest duration. Default 2 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most tokens (prompt and completion). Null: unlimited.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>Most that its model calls may cost, in US dollars. Null: unlimited. A model of unknown price costs nothing here.</summary>
    public decimal? MaxCostUsd { get; init; }
}

/// <summary>Telemetry of a run.</summary>
public sealed record TelemetrySpec
{
    /// <summary>Share of sessions whose spans and info-level log lines are kept. Null: <see cref="Scenario.SampleFor"/> says.</summary>
    public double? Sample { get; init; }
}
