using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>A worker as the embedded host composes it, on a memory queue.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private WorkerHost(WebApplication app, IRunQueue queue)
    {
        App = app;
        Queue = queue;
    }

    public WebApplication App { get; }

    public IRunQueue Queue { get; }

    public static async Task<WorkerHost> StartAsync(Uri proxy, IRunQueue? queue = null, Action<AgentOptions>? change = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var shared = queue ?? new MemoryRunQueue(TimeProvider.System);
        builder.Services.AddSingleton(shared);
        builder.AddServiceDefaults(new ServiceOptions { Service = "agent" });
        var options = new AgentOptions { LlmProxyUrl = proxy, WorkerName = "w1", ClaimInterval = TimeSpan.FromMilliseconds(20) };
        change?.Invoke(options);
        builder.AddAgents(options);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync();
        return new WorkerHost(app, shared);
    }

    /// <summary>Submits and waits for the end; hands every state to <paramref name="watch"/>.</summary>
    public async Task<RunTotals> RunAsync(RunPlan plan, Func<RunState, RunTotals, Task>? watch = null)
    {
        await Queue.SubmitAsync(plan, TestContext.Current.CancellationToken);
        return await WatchAsync(plan, watch);
    }

    public async Task<RunTotals> WatchAsync(RunPlan plan, Func<RunState, RunTotals, Task>? watch = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Default);
        var totals = new RunTotals();
        await foreach (var state in Queue.WatchAsync(plan.Run, limit.Token))
        {
            totals.Add(state);
            if (watch is not null)
            {
                await watch(state, totals);
            }
        }
        return totals;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(new CancellationToken(canceled: true));
        await App.DisposeAsync();
    }
}

/// <summary>What a watcher of a run saw.</summary>
internal sealed class RunTotals
{
    public List<SessionRecord> Sessions { get; } = [];

    public List<SnapshotBatch> Batches { get; } = [];

    public string Status { get; private set; } = "";

    /// <summary>The run's start; null before.</summary>
    public DateTimeOffset? Began { get; private set; }

    public long Started => Batches.Sum(batch => batch.Metrics.Started);

    public void Add(RunState state)
    {
        Status = state.Status;
        Began = state.Started;
        Batches.AddRange(state.Batches);
        Sessions.AddRange(state.Batches.SelectMany(batch => batch.Sessions));
    }

    /// <summary>
    /// Fails unless sessions that end at once are spaced out, by 10, 20, 40 ms and more, slot by slot. One that took 50 ms is not one of them, on a busy machine too, and the
    /// next may follow at once: four in a row can never begin within 50 ms of each other.
    /// </summary>
    public void ArePaced()
    {
        var (shortest, suspicious) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50));
        // Timers fire on whole milliseconds.
        var grain = TimeSpan.FromMilliseconds(2);
        foreach (var slot in Sessions.GroupBy(static record => record.Slot))
        {
            var starts = slot.Select(static record => record.Started).Order().ToList();
            var gaps = starts.Skip(1).Zip(starts, static (next, start) => next - start).ToList();
            Assert.All(gaps, gap => Assert.True(gap > shortest - grain, $"{gap}"));
            Assert.All(Enumerable.Range(0, Math.Max(0, gaps.Count - 3)), i => Assert.Contains(gaps.Skip(i).Take(4), gap => gap > suspicious - grain));
        }
    }

    public long Dropped(string reason) => Batches.Sum(batch => batch.Metrics.Dropped.GetValueOrDefault(reason));

    public long Ended(SessionOutcome outcome) => Batches.Sum(batch => batch.Metrics.Ended(outcome));
}
