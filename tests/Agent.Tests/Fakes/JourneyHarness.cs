using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ApeTest.Agent.Journeys;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>One agent that replays journeys against <see cref="FakeRaw"/>, on a clock that only it and its target move.</summary>
internal sealed class JourneyHarness : IAsyncDisposable
{
    /// <summary>What most tests write before their journeys: every session leaves a record.</summary>
    public const string Sampled = "agents: 1\niterations: 1\ntelemetry: { sample: 1 }\n";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RunContext _run;
    private readonly JourneyRunner _runner;
    private int _next;

    /// <param name="yaml">The scenario, without its head.</param>
    /// <param name="answer">What comes back to a request. Default: 200 with an empty object.</param>
    /// <param name="observer">Is told what happens. Default nobody.</param>
    /// <param name="transport">In place of <see cref="Target"/>. Default none.</param>
    /// <param name="change">Changes the plan. Default nothing.</param>
    public JourneyHarness(string yaml, Func<RawSeen, int, RawReply>? answer = null, ISessionObserver? observer = null, IRawTransport? transport = null, Func<RunPlan, RunPlan>? change = null)
    {
        var plan = JourneyPlans.Of(yaml, target: ", transport: sockets");
        Plan = change?.Invoke(plan) ?? plan;
        Target = new FakeRaw(Clock, answer ?? (static (_, _) => new RawReply()));
        Thread = new FastThread(Clock);
        Meters = _services.GetRequiredService<IMeterFactory>();
        var metrics = new AgentMetrics(Meters);
        Engine = new JourneyEngine(Plan, new AgentOptions(), metrics, Clock);
        _run = new RunContext(Plan, Engine.General, null, metrics, Log, Clock, (_, signal) => Signals.Enqueue(signal), observer, Engine);
        Recorder = new BlockRecorder(Plan, Plan.Blocks()[0], 1, "test", Clock);
        _runner = new JourneyRunner(_run, Engine, Recorder, slot: 0, Thread, transport ?? Target);
    }

    public FakeTimeProvider Clock { get; } = new();

    public RunPlan Plan { get; }

    public FakeRaw Target { get; }

    public FastThread Thread { get; }

    public JourneyEngine Engine { get; }

    public IMeterFactory Meters { get; }

    public BlockRecorder Recorder { get; }

    public ListLogger Log { get; } = new();

    public ConcurrentQueue<RunSignal> Signals { get; } = new();

    public StopOrder Stop { get; } = new();

    /// <summary>Runs the agent's next session and returns its record.</summary>
    public async Task<SessionRecord> RunAsync(int journey = 0)
    {
        await StartAsync(journey);
        return Assert.Single(Recorder.Drain(final: false).Sessions);
    }

    /// <summary>Runs the agent's next session. False where the target never answered.</summary>
    public ValueTask<bool> StartAsync(int journey = 0) => _runner.RunAsync(journey, new SessionStart(0, _next++, Clock.GetTimestamp()), Stop, TimeSpan.MaxValue);

    /// <summary>Runs a session of the open model that starts late.</summary>
    public ValueTask<bool> ArriveAsync(int arrival, TimeSpan late) => _runner.RunAsync(0, new SessionStart(0, _next++, Clock.GetTimestamp() - late.Ticks, arrival), Stop, TimeSpan.MaxValue);

    /// <summary>The agent has had its last session.</summary>
    public ValueTask EndAgentAsync() => _runner.EndAsync(Stop.Aborted);

    /// <summary>What was measured since the last drain.</summary>
    public MetricsDelta Metrics() => Recorder.Drain(final: false).Metrics;

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        Stop.Dispose();
        await _services.DisposeAsync();
    }
}
