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
    private readonly TempDirectory _directory = new();
    private readonly SemaphoreSlim _gate = new(1);
    private TelemetryStack? _stack;
    private NodeExporter? _machine;
    private PrometheusServer? _prometheus;
    private RunSummary? _summary;

    internal PrometheusServer Prometheus => _prometheus!;

    internal RunSummary Summary => _summary!;

    internal TelemetryStack Stack => _stack!;

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
        _stack = await TelemetryStack.StartAsync(_directory, faults: 0.05, journeys: true);
        var first = await _stack.RunAsync(10, ("iterations", "100"));

        _machine = NodeExporter.TryStart();

        // 2. Prometheus, and one scrape of everything.
        _prometheus = await PrometheusServer.StartAsync(_directory, "1s",
            [Repository.PathOf("deploy", "config", "prometheus", "rules", "recording.yml"), Repository.PathOf("deploy", "config", "prometheus", "rules", "alerts.yml")],
            [.. _stack.Targets.GroupBy(target => target.Job).Select(job => PrometheusServer.Job(job.Key, job.Select(target => target.Address))), .. _machine is null ? Array.Empty<string>() : [PrometheusServer.Job("node", [_machine.Address])]]);
        await PrometheusServer.UntilAsync(async () =>
            await _prometheus.ValueAsync("sum(up{job!=\"node\"})") == 5 && await _prometheus.ValueAsync("sum(apetest_sessions_total)") >= first.Sessions.Started ? "" : "not all is scraped");

        // 3. The run, and one scrape of all of it.
        var second = await _stack.RunAsync(10, ("iterations", "300"));
        var all = first.Sessions.Started + second.Sessions.Started;
        await PrometheusServer.UntilAsync(async () => await _prometheus.ValueAsync("sum(apetest_sessions_total)") is var seen && seen == all ? "" : $"{seen} of {all} sessions are scraped");
        _summary = second;
    }
}
