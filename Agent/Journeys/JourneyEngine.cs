using System.Net;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Lean;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// What the journeys of one run share in a worker: their programs, compiled once, the loops that they run on, and the way to the target. The lean
/// path where it can serve the target, else the general one (docs/design/008-engine.md).
/// </summary>
internal sealed class JourneyEngine : IDisposable
{
    private readonly LoopGroup? _loops;
    private readonly IAgentThread[] _threads;
    private readonly JourneyFigures[] _figures;
    private readonly LeanTransports? _lean;
    private readonly GoalSpec[] _goals;
    private readonly ConnectionUse _connections;
    private readonly TimeProvider _time;

    /// <param name="plan">The run's plan.</param>
    /// <param name="options">Options of the worker.</param>
    /// <param name="metrics">Live metrics.</param>
    /// <param name="time">Clock.</param>
    public JourneyEngine(RunPlan plan, AgentOptions options, AgentMetrics metrics, TimeProvider time)
    {
        var target = plan.Scenario.Target;
        (_connections, _time) = (target.Connections, time);
        var policy = new TargetPolicy(target);
        General = RunContext.Connect(plan.Scenario, SessionKind.Journey, options, time, policy);
        Plan = JourneyPlan.Compile(plan, (operation, server, method) => new RawRoute(policy, target.Name, operation, server, method), time);
        Shared = plan.Shared.IsEmpty ? null : Plan.Share(plan.Shared);
        Mix = new SessionMix(plan.Scenario);
        Sample = plan.Scenario.SampleFor(SessionKind.Journey);
        _goals = [.. plan.Scenario.Journeys.Select(static journey => new GoalSpec { Name = journey.Name, Goal = "", Success = journey.Success, Failure = journey.Failure })];
        if (plan.Scenario.GatewayFor(SessionKind.Journey) is GatewayMode.InProcess && Uses(target, policy))
        {
            // Every loop needs a connection of a shared pool for its agents.
            var loops = options.Loops > 0 ? options.Loops : Environment.ProcessorCount;
            loops = target.Connections is ConnectionUse.Shared ? Math.Clamp(target.MaxConnections, 1, loops) : loops;
            _loops = new LoopGroup(loops, time);
            _lean = new LeanTransports(policy, time, new LeanOptions
            {
                Connections = target.Connections,
                MaxConnections = target.MaxConnections,
                Loops = loops,
                SourceAddresses = [.. target.SourceAddresses.Select(IPAddress.Parse)],
                DnsTtl = target.DnsTtl,
            }, General);
            _threads = [.. _loops.Loops.Select(static loop => new LoopThread(loop))];
        }
        else
        {
            _threads = [new PoolThread(time)];
        }
        _figures = [.. _threads.Select(_ => new JourneyFigures(metrics, Plan.Journeys.Select(static journey => journey.Name), Plan.Steps.Select(static step => step.Name)))];
    }

    /// <summary>The general path: for what the lean one cannot serve, and for reads that prove what was done. The run's context disposes it.</summary>
    public ITargetTransport General { get; }

    /// <summary>Whether the lean path is taken. Asked for where it cannot serve: <see cref="ApeTestException"/> (exit 2).</summary>
    private static bool Uses(TargetSpec target, TargetPolicy policy)
    {
        var can = LeanTransports.CanServe(policy, target.Name, out var why);
        if (can && target is not { Proxy: null, Http: not HttpUse.Http2 })
        {
            (can, why) = (false, target.Proxy is null ? "it speaks HTTP/1.1 only" : "it knows no proxies");
        }
        return target.Transport switch
        {
            TransportUse.Sockets => false,
            TransportUse.Lean when !can => throw new ApeTestException($"`target.transport: lean` cannot serve {target.Url}, because {why}.", "Write `auto`, which takes what can.", ExitCodes.Input),
            _ => can,
        };
    }

    /// <summary>The programs.</summary>
    public JourneyPlan Plan { get; }

    /// <summary>What the run's set-up extracted; null for nothing.</summary>
    public SharedValues? Shared { get; }

    /// <summary>Which sessions take which journey.</summary>
    public SessionMix Mix { get; }

    /// <summary>Share of sessions that are sampled.</summary>
    public double Sample { get; }

    /// <summary>The declared conditions of a journey.</summary>
    public GoalSpec GoalOf(int journey) => _goals[journey];

    /// <summary>Where a slot's sessions run.</summary>
    public IAgentThread ThreadOf(int slot) => _threads[slot % _threads.Length];

    /// <summary>Live figures of a slot's sessions.</summary>
    public JourneyFigures FiguresOf(int slot) => _figures[slot % _figures.Length];

    /// <summary>The agent of a slot.</summary>
    public JourneyRunner CreateRunner(RunContext run, BlockRecorder recorder, int slot) => new(run, this, recorder, slot, ThreadOf(slot), TransportOf(slot));

    /// <summary>A slot's own way to the target.</summary>
    public IRawTransport TransportOf(int slot) => _lean is not null ? _lean.Create(((LoopThread)ThreadOf(slot)).Loop, slot)
        : General is SocketsTransport sockets && _connections is not ConnectionUse.Shared ? new RawSockets(() => sockets.Apart(slot), _connections is ConnectionUse.Session, _time)
        : new RawSockets(General, _time);

    /// <summary>Tells the live metrics what came since the last time.</summary>
    public void Publish()
    {
        foreach (var figures in _figures)
        {
            figures.Publish();
        }
    }

    /// <summary>How late the timers of each loop came since the last call.</summary>
    public IEnumerable<LoopSample> TakeLateness() => (_loops?.Loops ?? []).Select(static loop => loop.TakeLateness()).Select(static late => new LoopSample(late.Timers, late.P99));

    /// <summary>Ends the loops. No session may run any more.</summary>
    public void Dispose()
    {
        Publish();
        _loops?.Dispose();
        _lean?.Dispose();
    }
}
