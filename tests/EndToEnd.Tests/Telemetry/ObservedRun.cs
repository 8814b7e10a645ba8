using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// A run that a real Prometheus with the shipped rules has watched, for all tests of this folder that only look. Made by the first that asks: a test
/// that lacks Prometheus skips, and a fixture cannot. A first run, before Prometheus comes, makes every series: what stands in one at its first
/// scrape is no increase, so that what follows is the second run's alone.
/// </summary>
public sealed class ObservedRun : IAsyncLifetime
{
    /// <summary>Collection of the classes that share one, since they ask for what does not go by in five minutes.</summary>
    public const string Shared = "observed run";

    private readonly TempDirectory _directory = new();
    private readonly SemaphoreSlim _gate = new(1);
    private TelemetryStack? _stack;
    private NodeExporter? _machine;
    private PrometheusServer? _prometheus;
    private RunSummary? _summary;

    internal PrometheusServer Prometheus => _prometheus!;

    /// <summary>Of the second run, which is the one that Prometheus saw from its beginning.</summary>
    internal RunSummary Summary => _summary!;

    /// <summary>Traces of all sessions of both runs that were kept.</summary>
    internal async Task<HashSet<string>> TracesAsync()
    {
        var traces = new HashSet<string>();
        foreach (var run in RunDirectoryReader.List(RunDirectory.RunsRoot(_directory.Path)))
        {
            await foreach (var session in SessionLog.ReadAsync(run, null, TestContext.Current.CancellationToken))
            {
                traces.Add(session.TraceId);
            }
        }
        return traces;
    }

    internal TelemetryStack Stack => _stack!;

    /// <summary>A real cAdvisor, <c>host:port</c>, where APETEST_CADVISOR names one: no package here has it.</summary>
    internal static string? ContainerMetrics => Environment.GetEnvironmentVariable("APETEST_CADVISOR") is { Length: > 0 } address ? address : null;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    internal async Task WatchAsync()
    {
        Requires.Command("prometheus");
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_summary is null)
            {
                await RunAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }
        if (_machine is not null)
        {
            await _machine.DisposeAsync();
        }
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }
        _directory.Dispose();
    }

    private async Task RunAsync()
    {
        // 1. Every series.
        // A target that takes its time, so that 2 % of it are more than what differs between the gateway's clock and the agent's.
        _stack = await TelemetryStack.StartAsync(_directory, faults: 0.05, journeys: 1, latency: TimeSpan.FromMilliseconds(40));
        var first = await _stack.RunAsync(10, ("iterations", "150"));

        _machine = NodeExporter.TryStart();

        // 2. Prometheus, and one scrape of everything.
        _prometheus = await PrometheusServer.StartAsync(_directory, "1s",
            [Repository.PathOf("deploy", "config", "prometheus", "rules", "recording.yml"), Repository.PathOf("deploy", "config", "prometheus", "rules", "alerts.yml")],
            [.. _stack.Targets.GroupBy(target => target.Job).Select(job => PrometheusServer.Job(job.Key, job.Select(target => target.Address))), .. _machine is null ? Array.Empty<string>() : [PrometheusServer.Job("node", [_machine.Address])],
             .. ContainerMetrics is { } containers ? [PrometheusServer.Job("containers", [containers])] : Array.Empty<string>()]);
        await UntilScrapedAsync();
        Assert.Equal(first.Sessions.Started, await _prometheus.ValueAsync("sum(apetest_sessions_total)"));

        // 3. The run, and one scrape of all of it.
        var second = await _stack.RunAsync(10, ("iterations", "300"));
        await UntilScrapedAsync();
        Assert.Equal(first.Sessions.Started + second.Sessions.Started, await _prometheus.ValueAsync("sum(apetest_sessions_total)"));
        _summary = second;
    }

    /// <summary>Waits until every service was scraped after now, and once more: a scrape under way has read before it is kept.</summary>
    private async Task UntilScrapedAsync()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2;
        await PrometheusServer.UntilAsync(async () =>
            await _prometheus!.ValueAsync("sum(up{job!~\"node|containers\"})") == 5 && await _prometheus.ValueAsync("min(timestamp(up{job!~\"node|containers\"}))") > now ? "" : "not all is scraped");
    }
}

/// <summary>Dashboards and what looks at them.</summary>
[CollectionDefinition(ObservedRun.Shared)]
public sealed class SharedObservedRun : ICollectionFixture<ObservedRun>;
