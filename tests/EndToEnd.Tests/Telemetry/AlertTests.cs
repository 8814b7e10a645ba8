using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The alert on failed sessions, raised by a real Prometheus while a gateway injects errors.</summary>
public sealed class AlertTests
{
    private static readonly TimeSpan WithinAMinute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task SessionFailures_FifteenPercentInjectedErrors_FiresWithinAMinute()
    {
        Requires.Command("prometheus");
        using var directory = new TempDirectory();
        // As shipped, only quicker.
        var shipped = await File.ReadAllTextAsync(Repository.PathOf("deploy", "config", "prometheus", "rules", "alerts.yml"), TestContext.Current.CancellationToken);
        Assert.DoesNotMatch(@"for: (?!2m\b)", shipped);
        var quick = Path.Combine(directory.Path, "alerts.yml");
        await File.WriteAllTextAsync(quick, shipped.Replace("for: 2m", "for: 15s", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using var stack = await TelemetryStack.StartAsync(directory, faults: 0.15, journeys: 1);
        await using var prometheus = await PrometheusServer.StartAsync(directory, "5s",
            [Repository.PathOf("deploy", "config", "prometheus", "rules", "recording.yml"), quick],
            stack.Targets.GroupBy(target => target.Job).Select(job => PrometheusServer.Job(job.Key, job.Select(target => target.Address))));

        var run = stack.RunAsync(3, ("duration", "70s"), ("personas[*].think", "50ms"));
        // The minute begins with the first session that failed.
        await PrometheusServer.UntilAsync(async () => await prometheus.ValueAsync("sum(apetest_sessions_total{outcome=~\"failed|stuck\"})") > 0 ? "" : "no session has failed");
        await PrometheusServer.UntilAsync(async () => await FiringAsync(prometheus, "ApeTestSessionFailures") ? "" : "the alert does not fire", WithinAMinute);

        await run;
    }

    private static async Task<bool> FiringAsync(PrometheusServer prometheus, string alert) =>
        (await prometheus.GetAsync("api/v1/alerts")).GetProperty("alerts").EnumerateArray()
            .Any(one => one.GetProperty("labels").GetProperty("alertname").GetString() == alert && one.GetProperty("state").GetString() == "firing");
}
