using System.Text.Json;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Logging;
using ApeTest.ServiceDefaults.Logging.LokiSink;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.ServiceDefaults.Tests.Logging.LokiSink;

/// <summary>Serilog.Sinks.Grafana.Loki as the one shipper of a build with the full feed.</summary>
public sealed class LokiSinkTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Line_OfARequest_IsTheFilesUnderTwoLabels()
    {
        await using var loki = await PushedLoki.StartAsync();
        using var directory = new TempDirectory();
        await using (var service = await StartAsync(loki.Url, directory.Path))
        {
            (await service.SendAsync(HttpMethod.Get, "/work", headers =>
            {
                headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
                headers.Add("baggage", "ape.run=r1,ape.session=3-2,ape.agent=3,ape.action=4");
            })).EnsureSuccessStatusCode();
            Work.LogFailed(service.App.Services.GetRequiredService<ILogger<LokiSinkTests>>(), "checkout");
        }

        // The same lines byte for byte, secrets masked in both.
        Assert.Equal(File.ReadAllLines(directory.Combine("gateway.jsonl")).Order(StringComparer.Ordinal), loki.Lines.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(loki.Lines, line => line.Contains(Work.Secret, StringComparison.Ordinal));
        Assert.Equal(
            ["level=info,service=gateway", "level=warning,service=gateway"],
            loki.Streams.Select(stream => string.Join(',', stream.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))).Order());
        var done = JsonDocument.Parse(loki.Lines.Single(line => line.Contains("work.done", StringComparison.Ordinal))).RootElement;
        Assert.Equal((TraceId, "3-2"), (done.GetProperty("trace_id").GetString(), done.GetProperty("session").GetString()));
        var at = loki.Streams.SelectMany(stream => stream.Lines).Single(line => line.Line.Contains("work.done", StringComparison.Ordinal)).At;
        Assert.Equal(done.GetProperty("ts").GetDateTimeOffset(), at, TimeSpan.FromMilliseconds(1));
        Assert.Empty(loki.Strays);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("ape:p%40ss@", "Basic YXBlOnBAc3M=")]
    public async Task Loki_NameAndPasswordInItsUrl_AreSentAsBasicAuthentication(string inUrl, string authorization)
    {
        await using var loki = await PushedLoki.StartAsync();
        using var directory = new TempDirectory();
        await using (var service = await StartAsync(loki.Url.Replace("://", $"://{inUrl}", StringComparison.Ordinal), directory.Path))
        {
            Log(service, 3);
        }

        Assert.Equal([authorization], loki.Authorizations.Distinct());
        Assert.DoesNotContain("p%40ss", File.ReadAllText(directory.Combine("gateway.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_ManyQueuedLines_AllArriveInBoundedBatches()
    {
        await using var loki = await PushedLoki.StartAsync();
        RecordsDropped dropped;
        await using (var service = await StartAsync(loki.Url))
        {
            dropped = service.App.Services.GetRequiredService<RecordsDropped>();
            Log(service, 5000);
        }

        Assert.Equal(5000, loki.Lines.Count());
        Assert.All(loki.Streams, stream => Assert.InRange(stream.Lines.Length, 1, 1000));
        Assert.Equal(0, dropped.Total);
    }

    [Fact]
    public async Task Loki_ThatRefuses_LosesLinesThatAreCounted()
    {
        await using var loki = await PushedLoki.StartAsync();
        loki.Status = StatusCodes.Status429TooManyRequests;
        RecordsDropped dropped;
        await using (var service = await StartAsync(loki.Url))
        {
            dropped = service.App.Services.GetRequiredService<RecordsDropped>();
            Log(service, 30);
        }

        Assert.Equal(30, dropped.Total);
    }

    [Fact]
    public async Task Loki_ThatIsGone_LosesLinesThatAreCountedAtTheEnd()
    {
        string url;
        await using (var gone = await PushedLoki.StartAsync())
        {
            url = gone.Url;
        }

        RecordsDropped dropped;
        await using (var service = await StartAsync(url))
        {
            dropped = service.App.Services.GetRequiredService<RecordsDropped>();
            Log(service, 30);
        }

        Assert.Equal(30, dropped.Total);
    }

    [Fact]
    public void Ledger_MoreThanItsCapacity_DropsAndCounts()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var dropped = new RecordsDropped(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var ledger = new LokiLedger(dropped);

        Assert.Equal(LokiLedger.Capacity, Enumerable.Range(0, LokiLedger.Capacity + 5).Count(_ => ledger.TryEnter()));
        Assert.Equal(5, dropped.Total);
        ledger.Answered(3, accepted: true);
        Assert.True(ledger.TryEnter());
        ledger.Close();
        Assert.Equal(5 + LokiLedger.Capacity - 2, dropped.Total);
    }

    private static Task<TestService> StartAsync(string loki, string? directory = null) => TestService.StartAsync(
        new ServiceOptions { Service = "gateway", LogDirectory = directory }, map: Work.Map, configuration: [(EnvironmentNames.Loki, loki)]);

    private static void Log(TestService service, int lines)
    {
        var logger = service.App.Services.GetRequiredService<ILogger<LokiSinkTests>>();
        for (var i = 0; i < lines; i++)
        {
            Work.Log(logger, "x");
        }
    }
}
