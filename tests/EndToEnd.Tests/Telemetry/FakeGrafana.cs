using System.Net;
using System.Text.Json.Nodes;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Tests.Shared.Loki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// As much of Grafana's HTTP API as <see cref="GrafanaCheck"/> asks for: dashboards provisioned from a folder, and queries that go on to a real Prometheus. Of Loki's it
/// reads the grammar only.
/// </summary>
internal sealed class FakeGrafana : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PrometheusServer _prometheus;
    private readonly Dictionary<string, JsonNode> _dashboards;

    private FakeGrafana(WebApplication app, PrometheusServer prometheus, Dictionary<string, JsonNode> dashboards) => (_app, _prometheus, _dashboards) = (app, prometheus, dashboards);

    public Uri Url => _app.BoundUrl();

    /// <summary>Dashboards by their uid.</summary>
    public IReadOnlyDictionary<string, JsonNode> Dashboards => _dashboards;

    public static async Task<FakeGrafana> StartAsync(string folder, PrometheusServer prometheus, Func<JsonNode, bool>? provisioned = null)
    {
        var dashboards = Directory.GetFiles(folder, "*.json").Select(static file => JsonNode.Parse(File.ReadAllText(file))!).Where(provisioned ?? (static _ => true));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var grafana = new FakeGrafana(app, prometheus, dashboards.ToDictionary(static dashboard => dashboard["uid"]!.GetValue<string>()));
        app.MapGet("/api/search", grafana.Search);
        app.MapGet("/api/datasources", static () => Json(new JsonArray(Source("prometheus"), Source("loki"))));
        app.MapGet("/api/dashboards/uid/{uid}", grafana.Dashboard);
        app.MapGet("/api/datasources/uid/prometheus/resources/{**path}", grafana.ResourceAsync);
        app.MapPost("/api/ds/query", grafana.QueryAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return grafana;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Search() => Json(new JsonArray([.. _dashboards.Select(static one => new JsonObject { ["uid"] = one.Key, ["type"] = "dash-db", ["title"] = one.Value["title"]!.DeepClone() })]));

    private IResult Dashboard(string uid) => _dashboards.TryGetValue(uid, out var dashboard)
        ? Json(new JsonObject { ["meta"] = new JsonObject { ["provisioned"] = true }, ["dashboard"] = dashboard.DeepClone() })
        : TypedResults.NotFound();

    private async Task<IResult> QueryAsync(HttpRequest request)
    {
        var query = (await JsonNode.ParseAsync(request.Body, cancellationToken: TestContext.Current.CancellationToken))!["queries"]![0]!;
        var step = query["interval"]?.GetValue<string>() ?? "5s";
        var text = query["expr"]!.GetValue<string>().Replace("$__rate_interval", "30s", StringComparison.Ordinal).Replace("$__range", "900s", StringComparison.Ordinal)
            .Replace("$__interval", step, StringComparison.Ordinal);
        var (times, error) = query["datasource"]!["uid"]!.GetValue<string>() is "loki" ? ([], LogQl.Parse(text) is null ? "parse error" : null) : await TimesAsync(text, step);
        var result = error is null
            ? new JsonObject { ["status"] = 200, ["frames"] = new JsonArray(new JsonObject { ["data"] = new JsonObject { ["values"] = new JsonArray(Column(times), Column(times)) } }) }
            : new JsonObject { ["status"] = 400, ["error"] = error };
        return Json(new JsonObject { ["results"] = new JsonObject { [query["refId"]!.GetValue<string>()] = result } });
    }

    private async Task<(List<long> Times, string? Error)> TimesAsync(string query, string step)
    {
        var now = TimeProvider.System.GetUtcNow();
        try
        {
            var series = await _prometheus.RangeAsync(query, now.AddMinutes(-15), now, step);
            return ([.. series.SelectMany(static one => one.Times).Select(static time => time.ToUnixTimeMilliseconds())], null);
        }
        catch (Xunit.Sdk.XunitException exception)
        {
            return ([], exception.Message);
        }
    }

    // Values of a label, of which variables are made.
    private async Task<IResult> ResourceAsync(string path, HttpRequest request)
    {
        try
        {
            return Json(new JsonObject { ["status"] = "success", ["data"] = JsonNode.Parse((await _prometheus.GetAsync(path + request.QueryString)).GetRawText()) });
        }
        catch (Xunit.Sdk.XunitException exception)
        {
            return TypedResults.Text(exception.Message, statusCode: 400);
        }
    }

    private static JsonArray Column(List<long> values) => new([.. values.Select(static value => JsonValue.Create(value))]);

    private static JsonObject Source(string type) => new() { ["uid"] = type, ["type"] = type, ["name"] = type };

    private static IResult Json(JsonNode node) => TypedResults.Text(node.ToJsonString(), "application/json");
}
