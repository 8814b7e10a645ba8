using System.Collections.Immutable;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Scenarios.Model;

/// <summary>A validated scenario: what is tested, by how many agents, for how long, and what counts as success. Immutable.</summary>
public sealed record Scenario
{
    /// <summary>Name, shown in summaries and metrics. Letters, digits, '-', '_', '.'; at most 64 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The system under test.</summary>
    public required TargetSpec Target { get; init; }

    /// <summary>Number of agents (slots). Default 1.</summary>
    public int Agents { get; init; } = 1;

    /// <summary>No new session starts after this time. Default: 30 s where neither duration nor iterations are given.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Total number of sessions over all agents. Default: unlimited.</summary>
    public int? Iterations { get; init; }

    /// <summary>Seed of every random choice. Default: drawn when the run is submitted, and recorded.</summary>
    public long? Seed { get; init; }

    /// <summary>How the number of active agents changes over time.</summary>
    public LoadSpec Load { get; init; } = new();

    /// <summary>The model that decides actions of goals.</summary>
    public LlmSpec Llm { get; init; } = new();

    /// <summary>Personas; a session takes one by its random stream. Empty: one persona without prompt or think time.</summary>
    public ImmutableArray<PersonaSpec> Personas { get; init; } = [];

    /// <summary>Data feeds by name; <c>{{name.column}}</c> takes a value of the session's row.</summary>
    public ImmutableSortedDictionary<string, FeedSpec> Data { get; init; } = ImmutableSortedDictionary<string, FeedSpec>.Empty;

    /// <summary>Columns (<c>feed.column</c>) whose values never reach the model, logs or files; the model sees the placeholder.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];

    /// <summary>Environment variables that <c>{{env.NAME}}</c> names, by name, with their values: secrets. Taken when the scenario is loaded.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Goals in words. A session takes a goal or a journey by weight (<see cref="Planning.SessionMix"/>).</summary>
    public ImmutableArray<GoalSpec> Goals { get; init; } = [];

    /// <summary>Journeys: declared steps. A session takes a goal or a journey by weight.</summary>
    public ImmutableArray<JourneySpec> Journeys { get; init; } = [];

    /// <summary>Done once a run before the load; what it extracts is known in all sessions of journeys. Columns are those of slot 0, session 0. Default none.</summary>
    public ImmutableArray<StepSpec> Setup { get; init; } = [];

    /// <summary>Done once a run after the load. Default none.</summary>
    public ImmutableArray<StepSpec> Teardown { get; init; } = [];

    /// <summary>What the run must meet. The default thresholds are added by the loader.</summary>
    public ImmutableArray<ThresholdSpec> Thresholds { get; init; } = [];

    /// <summary>Limits of one session.</summary>
    public SessionSpec Session { get; init; } = new();

    /// <summary>Telemetry.</summary>
    public TelemetrySpec Telemetry { get; init; } = new();

    /// <summary>Where the target policy runs. Null: <see cref="GatewayFor"/> says.</summary>
    public GatewayMode? Gateway { get; init; }

    /// <summary>How long running sessions may finish after the end. Default 30 s.</summary>
    public TimeSpan GracefulStop { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where the policy runs for a kind of session: what <see cref="Gateway"/> says, or remote for goals and in process for journeys, which are
    /// too fast for a hop more to be without effect.
    /// </summary>
    public GatewayMode GatewayFor(SessionKind kind) => Gateway ?? (kind is SessionKind.Goal ? GatewayMode.Remote : GatewayMode.InProcess);

    /// <summary>Whether any session's actions travel through a gateway over the network.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool NeedsGateway => (!Goals.IsEmpty && GatewayFor(SessionKind.Goal) is GatewayMode.Remote)
        || (!Journeys.IsEmpty && GatewayFor(SessionKind.Journey) is GatewayMode.Remote);

    /// <summary>
    /// Share of sessions of a kind whose spans and info-level log lines are kept: what <see cref="TelemetrySpec.Sample"/> says, or all of goals
    /// and one in a hundred of journeys, of which a run has many and all alike.
    /// </summary>
    public double SampleFor(SessionKind kind) => Telemetry.Sample ?? (kind is SessionKind.Goal ? 1 : 0.01);
}

/// <summary>What a session does.</summary>
public enum SessionKind
{
    /// <summary>A goal in words.</summary>
    Goal,

    /// <summary>A journey.</summary>
    Journey,
}

/// <summary>Where the target policy runs.</summary>
public enum GatewayMode
{
    /// <summary>Through the gateway service over the network (loopback when embedded).</summary>
    Remote,

    /// <summary>The same policy in the agent's process.</summary>
    InProcess,
}
