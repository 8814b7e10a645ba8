using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Runs single sessions of a plan with everything real but what a test replaces.</summary>
internal sealed class SessionHarness : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ChatConnection? _connection;
    private readonly RunContext _context;

    public SessionHarness(RunPlan plan, IBrain brain, ITargetTransport? transport = null, TimeProvider? time = null, ISessionObserver? observer = null)
    {
        var clock = time ?? TimeProvider.System;
        _context = new RunContext(plan, transport ?? RunContext.Connect(plan.Scenario, SessionKind.Goal, new AgentOptions { LlmProxyUrl = new Uri("http://127.0.0.1:9") }, clock), brain,
            new AgentMetrics(_services.GetRequiredService<IMeterFactory>()), Log, clock, (_, signal) => Signals.Enqueue(signal), observer);
        Recorder = new BlockRecorder(plan, plan.Blocks()[0], 1, "test", clock);
    }

    private SessionHarness(RunPlan plan, ChatConnection connection, ISessionObserver? observer, ITargetTransport? transport)
        : this(plan, new BrainFactory(connection, TimeProvider.System).Create(plan)!, transport, observer: observer)
        => _connection = connection;

    public ListLogger Log { get; } = new();

    public BlockRecorder Recorder { get; }

    public ConcurrentQueue<RunSignal> Signals { get; } = new();

    public StopOrder Stop { get; } = new();

    /// <summary>Sessions on the real chat brain.</summary>
    public static SessionHarness Of(
        FakeChatServer server, FakeTarget target, Func<Scenario, Scenario>? change = null, ISessionObserver? observer = null, ITargetTransport? transport = null)
        => Of(server, Plans.Of(target.Url, change), observer, transport);

    /// <summary>The same of a plan of the test's own.</summary>
    public static SessionHarness Of(FakeChatServer server, RunPlan plan, ISessionObserver? observer = null, ITargetTransport? transport = null)
        => new(plan, new ChatConnection(server.Url, "proxy-key"), observer, transport);

    public Task<SessionRecord> RunAsync(int slot = 0, int number = 0)
        => new Session(_context, Recorder, new SessionStart(slot, number, _context.Time.GetTimestamp())).RunAsync(Stop).WaitAsync(ApeTest.Tests.Shared.TestTimeouts.Default, TestContext.Current.CancellationToken);

    /// <summary>A session of the open model that starts <paramref name="late"/>.</summary>
    public Task<SessionRecord> RunArrivalAsync(int arrival, TimeSpan late)
    {
        var meant = _context.Time.GetTimestamp() - (long)(late.TotalSeconds * _context.Time.TimestampFrequency);
        return new Session(_context, Recorder, new SessionStart(0, 0, meant, arrival)).RunAsync(Stop)
            .WaitAsync(ApeTest.Tests.Shared.TestTimeouts.Default, TestContext.Current.CancellationToken);
    }

    public MetricsDelta Metrics() => Recorder.Drain(final: true).Metrics;

    public async ValueTask DisposeAsync()
    {
        _context.Dispose();
        _connection?.Dispose();
        Stop.Dispose();
        await _services.DisposeAsync();
    }
}
