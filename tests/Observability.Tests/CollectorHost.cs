using ApeTest.Observability.Collecting;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Observability.Tests;

/// <summary>A collector on a free loopback port, with a clock that stands still, a queue, and one run with one worker.</summary>
internal sealed class CollectorHost : IAsyncDisposable
{
    public const string Run = "20261121-131502-7f3a";

    private readonly TempDirectory _temp = new();
    private readonly MemoryRunQueue _queue;
    private readonly WebApplication _app;

    private CollectorHost(RunDirectoryLimits? limits, bool withToken, long otherDrops)
    {
        _queue = new MemoryRunQueue(Time);
        Directory = RunDirectory.Create(RunsRoot, Run);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(ServiceUrls.FreeLoopback);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.AddServiceDefaults(new ServiceOptions { Service = "collector", Token = withToken ? Directory.ReadToken() : null });
        builder.Services.AddSingleton<IRunQueue>(_queue);
        builder.AddCollector(new CollectorOptions { RunsRoot = RunsRoot, Limits = limits ?? new(), OtherDrops = () => otherDrops });
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapCollector();
    }

    public FakeTimeProvider Time { get; } = new();

    public RunDirectory Directory { get; }

    public string RunsRoot => RunDirectory.RunsRoot(_temp.Path);

    public IRunQueue Queue => _queue;

    public RunCollector Collector => _app.Services.GetRequiredService<RunCollector>();

    public RecordsDropped Dropped => _app.Services.GetRequiredService<RecordsDropped>();

    public Uri Url => _app.BoundUrl();

    public RunPlan Plan { get; private set; } = null!;

    public BlockRecorder Recorder { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<CollectorHost> StartAsync(RunDirectoryLimits? limits = null, bool withToken = true, long otherDrops = 0)
    {
        var host = new CollectorHost(limits, withToken, otherDrops);
        await host._app.StartAsync(Cancellation);
        return host;
    }

    /// <summary>
    /// Submits the run, begins to collect it, and claims its block. It lasts far longer than <see cref="TickUntilAsync"/> ever lets go
    /// by while it waits for another thread, unless <paramref name="duration"/> says otherwise.
    /// </summary>
    public async Task<CollectedRun> CollectAsync(LlmSpec? llm = null, TimeSpan? duration = null, LoadSpec? load = null, params ThresholdSpec[] thresholds)
    {
        Plan = new RunPlan
        {
            Run = Run,
            Seed = 42,
            Oracle = "declared",
            PlanSha256 = new string('a', 64),
            Scenario = new Scenario
            {
                Name = "shop-checkout",
                Target = new TargetSpec { Url = new Uri("http://127.0.0.1:5080") },
                Agents = 20,
                Duration = duration ?? TimeSpan.FromDays(10),
                Llm = llm ?? new LlmSpec(),
                Load = load ?? new LoadSpec(),
                Thresholds = [.. thresholds],
            },
        };
        await Queue.SubmitAsync(Plan, Cancellation);
        var collected = Collector.Collect(Plan, Directory, "name: shop-checkout\n", Url);
        var lease = (await Queue.ClaimAsync("w1", Cancellation))!;
        Recorder = new BlockRecorder(Plan, lease.Block, lease.Epoch, "w1", Time);
        return collected;
    }

    public void Session(SessionOutcome outcome, string session)
    {
        Recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        Recorder.Action(new ActionSample(Recorder.Operation("checkout", "POST"), 201, null, null, TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(20), new TraceKey(0x4bf9, 0), new SessionKey(0, 1)));
        Recorder.SessionEnded(new SessionRecord
        {
            Run = Run, Session = session, Slot = 0, TraceId = "4bf9", Goal = "buy-coffee", Outcome = outcome, Reason = "test: test",
            Started = Time.GetUtcNow(), DurationS = 1, Evidence = [], Actions = [], Sampled = true,
        }, TimeSpan.FromSeconds(1), 1);
    }

    /// <summary>A session about which target and model said the worst they could.</summary>
    public void Hostile(string session)
    {
        const string evil = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>\" style=x \u202e";
        Recorder.SessionStarted(evil, TimeSpan.Zero);
        Recorder.Action(new ActionSample(Recorder.Operation(evil, "GET"), 500, "http_500", evil, TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(20), new TraceKey(0x4bf9, 0), new SessionKey(0, 1)));
        Recorder.SessionEnded(new SessionRecord
        {
            Run = Run, Session = session, Slot = 0, TraceId = "4bf9", Goal = evil, Outcome = SessionOutcome.Failed, Reason = evil,
            Started = Time.GetUtcNow(), DurationS = 1, Evidence = [new EvidenceRecord(evil, false, evil)], Sampled = true,
            Actions =
            [
                new ActionRecord
                {
                    N = 1, Tool = evil, Args = System.Text.Json.JsonSerializer.SerializeToElement(new Dictionary<string, string> { [evil] = evil }), Status = 500, Error = evil,
                    Parts = new ActionParts(0.1, 0.2, 0.01, 0.3, 0), Extracted = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add(evil, evil),
                    Provenance = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add(evil, evil),
                },
            ],
        }, TimeSpan.FromSeconds(1), 1);
    }

    /// <summary>A link to the dashboard.</summary>
    public Uri DashboardLink() => _app.Services.GetRequiredService<ApeTest.Observability.Dashboard.DashboardKeys>().Link(Url);

    /// <summary>Appends what was recorded.</summary>
    public Task AppendAsync(bool final = false) => Queue.AppendAsync(Recorder.Drain(final), Cancellation);

    /// <summary>Lets a second go by, again and again, until the live figures are as wanted; the worker stays alive.</summary>
    public async Task<RunProgress> TickUntilAsync(CollectedRun run, Func<RunProgress, bool> wanted)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(TestTimeouts.Default);
        while (true)
        {
            await Queue.HeartbeatAsync("w1", timeout.Token);
            Time.Advance(TimeSpan.FromSeconds(1));
            if (wanted(run.Progress))
            {
                return run.Progress;
            }
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public ControlClient Client() => new(Url, Directory.ReadToken()!, Run, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _queue.Dispose();
        _temp.Dispose();
    }
}
