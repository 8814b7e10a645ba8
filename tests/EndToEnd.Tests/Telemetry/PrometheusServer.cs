using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>A real Prometheus with a directory and a port of its own. Skips where there is none.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private readonly Process _process;
    private readonly HttpClient _http;

    private PrometheusServer(Process process, Uri url)
    {
        (_process, Url) = (process, url);
        _http = new HttpClient { BaseAddress = url };
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="directory">Where it keeps its data.</param>
    /// <param name="interval">Of scrapes and of evaluations, such as <c>1s</c>.</param>
    /// <param name="rules">Paths of rule files.</param>
    /// <param name="scrape">The scrape configurations, as YAML in one line each.</param>
    public static async Task<PrometheusServer> StartAsync(TempDirectory directory, string interval, IEnumerable<string> rules, IEnumerable<string> scrape)
    {
        var command = Requires.Command("prometheus");
        var config = Path.Combine(directory.Path, "prometheus.yml");
        await File.WriteAllTextAsync(config, $$"""
            global: { scrape_interval: {{interval}}, scrape_timeout: {{interval}}, evaluation_interval: {{interval}} }
            rule_files: [{{string.Join(", ", rules.Select(rule => $"\"{rule}\""))}}]
            scrape_configs:
            {{string.Join('\n', scrape.Select(one => "  - " + one))}}
            """, TestContext.Current.CancellationToken);
        var url = new Uri($"http://127.0.0.1:{FreePort.Take()}/");
        var process = Process.Start(new ProcessStartInfo(command,
        [
            $"--config.file={config}", $"--storage.tsdb.path={Path.Combine(directory.Path, "tsdb")}", $"--web.listen-address={url.Authority}",
            "--enable-feature=exemplar-storage", "--log.level=error",
        ])
        { WorkingDirectory = directory.Path })!;
        var server = new PrometheusServer(process, url);
        await UntilAsync(async () => await server.IsReadyAsync() ? "" : "Prometheus is not ready");
        return server;
    }

    /// <summary>A scrape configuration of one job.</summary>
    public static string Job(string job, IEnumerable<string> addresses) =>
        $"{{ job_name: {job}, static_configs: [ {{ targets: [{string.Join(", ", addresses.Select(address => $"\"{address}\""))}] }} ] }}";

    /// <summary>Waits until <paramref name="problem"/> says that there is none (an empty text); fails with the last one.</summary>
    public static async Task UntilAsync(Func<Task<string>> problem, TimeSpan? limit = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(PollInterval, TimeProvider.System);
        while (await problem() is { Length: > 0 } still)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < (limit ?? TestTimeouts.Default), still);
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Samples of an instant query: labels, value.</summary>
    public async Task<List<(Dictionary<string, string> Labels, double Value)>> QueryAsync(string query)
    {
        var result = (await GetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}")).GetProperty("result");
        return [.. result.EnumerateArray().Select(sample => (
            sample.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!),
            Number(sample.GetProperty("value")[1].GetString()!)))];
    }

    /// <summary>Series of a range query: labels, and the times at which there is a sample.</summary>
    public async Task<List<(Dictionary<string, string> Labels, List<DateTimeOffset> Times)>> RangeAsync(string query, DateTimeOffset from, DateTimeOffset to, string step)
    {
        var result = (await GetAsync($"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={from.ToUnixTimeSeconds()}&end={to.ToUnixTimeSeconds()}&step={step}")).GetProperty("result");
        return [.. result.EnumerateArray().Select(series => (
            series.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!),
            series.GetProperty("values").EnumerateArray().Select(value => DateTimeOffset.FromUnixTimeSeconds((long)value[0].GetDouble())).ToList()))];
    }

    /// <summary>The value of a query that has one sample; NaN where it has none.</summary>
    public async Task<double> ValueAsync(string query) => await QueryAsync(query) is [var (_, value)] ? value : double.NaN;

    /// <summary><c>data</c> of an answer of its API.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("data");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _http.GetAsync("-/ready", TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            Assert.False(_process.HasExited, "Prometheus has ended: see its words above.");
            return false;
        }
    }
}
