using System.Collections.Immutable;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Journeys;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Queue;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Workers;

/// <summary>What all sessions of one run share in a worker: the catalog (parsed once), transport, brain. Immutable but for the connections below.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly IBrain? _brain;
    private readonly PoolThread? _threads;
    private int _gatewayRevision;

    /// <param name="plan">The plan.</param>
    /// <param name="transport">How actions travel; disposed with the context where it can be.</param>
    /// <param name="brain">Who decides; null for a run without goals.</param>
    /// <param name="metrics">Live metrics.</param>
    /// <param name="sessionLogger">Log of its sessions.</param>
    /// <param name="time">Clock.</param>
    /// <param name="signal">Tells the queue.</param>
    /// <param name="observer">Is told what sessions do; null for nobody.</param>
    /// <param name="journeys">Engine of the run's journeys, disposed with the context; null for a run without.</param>
    public RunContext(RunPlan plan, ITargetTransport transport, IBrain? brain, AgentMetrics metrics, ILogger sessionLogger, TimeProvider time,
        Action<RunPlan, RunSignal> signal, ISessionObserver? observer = null, JourneyEngine? journeys = null)
    {
        Plan = plan;
        Transport = transport;
        _brain = brain;
        Journeys = journeys;
        _threads = journeys is null ? new PoolThread(time) : null;
        Metrics = metrics;
        SessionLogger = sessionLogger;
        Time = time;
        Observer = observer;
        var target = plan.Scenario.Target;
        Catalog = TargetCatalog.Import(plan);
        if (plan.Scenario.Goals.IsEmpty && plan.Scenario.Journeys.IsEmpty)
        {
            throw new ApeTestException("The scenario has no goals and no journeys, so there is nothing for agents to do.", "Add one under `goals` or `journeys`.", ExitCodes.Input);
        }
        OracleValidator.Validate(plan.Scenario.Goals, Catalog);
        Tools = Catalog.CreateTools(transport, target.Name, time, configuredHeaders: target.Headers.Keys);
        Specs = Tools.Specs.Add(FinishTool.Spec);
        HeaderSecrets = [.. target.SecretHeaders.SelectMany(name => Credentials(target.Headers[name])).SelectMany(static value => SessionSecrets.Forms(value, RedactedText.Mark))];
        Shape = new LoadShape(plan.Scenario.Load, plan.Scenario.Agents, plan.Scenario.Duration);
        Arrivals = ArrivalSchedule.Of(plan.Scenario);
        MeanThink = MeanThinkOf(plan.Scenario);
        var stop = Once(() => signal(plan, new RunSignal(RunSignalKind.Stop, Reason: "budget")));
        BudgetExhausted = () =>
        {
            // Before anything else, by whoever learns of it: its agent asks for its next session at once.
            IsExhausted = true;
            stop();
        };
    }

    public RunPlan Plan { get; }

    public ToolCatalog Catalog { get; }

    public ITargetTransport Transport { get; }

    /// <summary>The target's tools and <c>state_update</c>.</summary>
    public ToolSet Tools { get; }

    /// <summary>What a brain is offered: <see cref="Tools"/> and <c>finish</c>. One instance a run, so that brains can cache by it.</summary>
    public ImmutableArray<ToolSpec> Specs { get; }

    /// <summary>Forms of the credentials in the target's headers: what echoes them tells no brain and no file.</summary>
    public ImmutableArray<SecretForm> HeaderSecrets { get; }

    /// <summary>Closed model: how many agents are active.</summary>
    public LoadShape Shape { get; }

    /// <summary>Open model: when sessions start; null in the closed model.</summary>
    public ArrivalSchedule? Arrivals { get; }

    /// <summary>Think time that an average user takes.</summary>
    public TimeSpan MeanThink { get; }

    public IBrain Brain => _brain ?? throw new InvalidOperationException("A run without goals has no brain.");

    /// <summary>Runs the journeys; null for a run without.</summary>
    public JourneyEngine? Journeys { get; }

    public AgentMetrics Metrics { get; }

    public ILogger SessionLogger { get; }

    public TimeProvider Time { get; }

    /// <summary>Is told what sessions do; null for nobody, as in a load.</summary>
    public ISessionObserver? Observer { get; }

    /// <summary>Whether a budget of the run is used up. The queue's order to stop comes with the next heartbeat; until then no session may start here.</summary>
    public volatile bool IsExhausted;

    /// <summary>What changed, where this is a later revision of the gateway's configuration than seen before in the run; null otherwise. 0: not known.</summary>
    public string? GatewayEdit(int revision)
    {
        var before = _gatewayRevision;
        while (revision > before)
        {
            // Answers to requests from before the edit may still come after it.
            var seen = Interlocked.CompareExchange(ref _gatewayRevision, revision, before);
            if (seen == before)
            {
                return before == 0 ? null : FormattableString.Invariant($"gateway: configuration {before} became {revision}");
            }
            before = seen;
        }
        return null;
    }

    /// <summary>Ends the run because a budget of it is used up; the second call does nothing.</summary>
    public Action BudgetExhausted { get; }

    /// <summary>The transport that the scenario asks for, for sessions of a kind. One that cannot be had here throws <see cref="ApeTestException"/>.</summary>
    public static ITargetTransport Connect(Scenario scenario, SessionKind kind, AgentOptions options, TimeProvider time, TargetPolicy? policy = null)
    {
        if (scenario.GatewayFor(kind) is GatewayMode.InProcess)
        {
            var most = scenario.Target.Connections is ConnectionUse.Shared ? Math.Min(options.MaxConnections, scenario.Target.MaxConnections) : options.MaxConnections;
            return new SocketsTransport(policy ?? new TargetPolicy(scenario.Target), time, maxConnections: most, options: SocketsOptions.From(scenario.Target));
        }
        return options.GatewayUrl is { } gateway
            ? new GatewayTransport(gateway, options.Token, scenario.Target.Timeout, time, options.MaxConnections) { Headers = options.AddsTargetHeaders ? scenario.Target.Headers : null }
            : throw new ApeTestException("The run's actions go through a gateway, but this agent knows none.",
                "Set APETEST_GATEWAY__URL, or `gateway: in-process` in the scenario.", ExitCodes.Environment);
    }

    /// <summary>The context of a run in a worker. What cannot be had here throws <see cref="ApeTestException"/>.</summary>
    public static RunContext Create(RunPlan plan, AgentOptions options, BrainFactory brains, AgentMetrics metrics, ILogger sessionLogger, TimeProvider time,
        Action<RunPlan, RunSignal> signal)
    {
        var scenario = plan.Scenario;
        var brain = brains.Create(plan);
        if (scenario.Journeys.IsEmpty)
        {
            return new RunContext(plan, Connect(scenario, SessionKind.Goal, options, time), brain, metrics, sessionLogger, time, signal, options.Observer);
        }
        var journeys = new JourneyEngine(plan, options, metrics, time);
        var transport = scenario.Goals.IsEmpty || scenario.GatewayFor(SessionKind.Goal) == scenario.GatewayFor(SessionKind.Journey)
            ? journeys.General
            : Connect(scenario, SessionKind.Goal, options, time);
        return new RunContext(plan, transport, brain, metrics, sessionLogger, time, signal, options.Observer, journeys);
    }

    /// <summary>Where the flow of a slot runs.</summary>
    public IAgentThread ThreadOf(int slot) => Journeys?.ThreadOf(slot) ?? _threads!;

    /// <summary>The journey of a session; null where it is a goal's.</summary>
    public int? JourneyOf(in SessionStart start) => Journeys is { } engine && engine.Mix.Pick(Plan.Seed, start.Seeded.Slot, start.Seeded.Session) is >= 0 and var journey ? journey : null;

    public void Dispose()
    {
        Journeys?.Dispose();
        (Journeys?.General as IDisposable)?.Dispose();
        if (Transport != Journeys?.General)
        {
            (Transport as IDisposable)?.Dispose();
        }
    }

    /// <summary>Think time that an average user takes, goals and journeys by their weights.</summary>
    private static TimeSpan MeanThinkOf(Scenario scenario)
    {
        var persona = PersonaSpec.MeanThink(scenario.Personas);
        var goals = scenario.Goals.Sum(static goal => goal.Weight);
        var weight = goals + scenario.Journeys.Sum(static journey => journey.Weight);
        return ((persona * goals) + TimeSpan.FromSeconds(scenario.Journeys.Sum(journey => journey.Weight * (journey.Think?.Mean ?? persona).TotalSeconds))) / weight;
    }

    // Of "Bearer abc" both: an echo may name the scheme or not.
    private static IEnumerable<string> Credentials(string header) =>
        header.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? [header, header[(space + 1)..]] : [header];

    private static Action Once(Action action)
    {
        var done = 0;
        return () =>
        {
            if (Interlocked.Exchange(ref done, 1) == 0)
            {
                action();
            }
        };
    }
}
