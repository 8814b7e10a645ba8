using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// Whether a Grafana has the shipped dashboards and can draw them, by its HTTP API
/// (https://grafana.com/docs/grafana/latest/developers/http_api/): the search, each dashboard, and the queries of its panels, annotations
/// and variables as its browser sends them.
/// </summary>
internal sealed partial class GrafanaCheck : IDisposable
{
    private static readonly (string What, Func<JsonNode, List<string>> Names)[] Parts =
    [
        ("panels", static dashboard => [.. dashboard["panels"]!.AsArray().Select(static panel => panel!["title"]!.GetValue<string>())]),
        ("variables", static dashboard => [.. dashboard["templating"]!["list"]!.AsArray().Select(static variable => variable!["name"]!.GetValue<string>())]),
        // Grafana adds one of its own.
        ("annotations", static dashboard => [.. dashboard["annotations"]!["list"]!.AsArray().Where(static annotation => annotation!["expr"] is not null).Select(static annotation => annotation!["name"]!.GetValue<string>())]),
    ];

    private readonly HttpClient _http;

    /// <param name="grafana">Base URL; name and password of a user in it, if it asks for them.</param>
    public GrafanaCheck(Uri grafana)
    {
        _http = new HttpClient { BaseAddress = new Uri(grafana.GetLeftPart(UriPartial.Authority)) };
        if (grafana.UserInfo.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(grafana.UserInfo))));
        }
    }

    /// <summary>What is wrong.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Queries that were answered, and those of them with data.</summary>
    public (int Answered, int WithData) Queries { get; private set; }

    /// <summary>Checks every dashboard of a folder.</summary>
    public async Task CheckAsync(string folder)
    {
        var found = (await GetAsync("/api/search?type=dash-db&limit=5000"))?.AsArray().Select(static one => one!["uid"]!.GetValue<string>()).ToHashSet() ?? [];
        var sources = (await GetAsync("/api/datasources"))?.AsArray() ?? [];
        foreach (var file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var shipped = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
            var uid = shipped["uid"]!.GetValue<string>();
            if (!found.Contains(uid))
            {
                Problems.Add($"{uid} is not found");
                continue;
            }
            await CheckAsync(uid, shipped, sources);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task CheckAsync(string uid, JsonNode shipped, JsonArray sources)
    {
        if (await GetAsync($"/api/dashboards/uid/{uid}") is not { } loaded)
        {
            return;
        }
        if (loaded["meta"]?["provisioned"]?.GetValue<bool>() != true)
        {
            Problems.Add($"{uid} is not provisioned");
        }
        var dashboard = loaded["dashboard"]!;
        foreach (var (what, names) in Parts)
        {
            var (mine, theirs) = (names(shipped), names(dashboard));
            if (!mine.SequenceEqual(theirs))
            {
                Problems.Add($"{uid} has the {what} {string.Join(", ", theirs)}, the file has {string.Join(", ", mine)}");
            }
        }
        foreach (var variable in dashboard["templating"]!["list"]!.AsArray())
        {
            await FillAsync($"{uid} ${variable!["name"]}", variable, sources);
        }
        foreach (var annotation in dashboard["annotations"]!["list"]!.AsArray().Where(static annotation => annotation!["expr"] is not null))
        {
            var target = new JsonObject { ["refId"] = "Anno", ["expr"] = annotation!["expr"]!.DeepClone(), ["interval"] = annotation["step"]?.DeepClone(), ["range"] = true };
            await AskAsync($"{uid} '{annotation["name"]}'", target, annotation["datasource"]!["type"]!.GetValue<string>(), sources);
        }
        foreach (var panel in dashboard["panels"]!.AsArray())
        {
            foreach (var target in panel!["targets"]?.AsArray() ?? [])
            {
                await AskAsync($"{uid} '{panel["title"]}'", target!, (target!["datasource"] ?? panel["datasource"])!["type"]!.GetValue<string>(), sources);
            }
        }
    }

    private async Task AskAsync(string where, JsonNode target, string type, JsonArray sources)
    {
        if (Source(where, type, sources) is not { } source)
        {
            return;
        }
        var query = target.DeepClone().AsObject();
        query["datasource"] = new JsonObject { ["type"] = type, ["uid"] = source };
        // What the browser fills in; the rest is filled in by Grafana.
        query["expr"] = query["expr"]!.GetValue<string>().Replace("$run", ".+", StringComparison.Ordinal).Replace("$trace", "", StringComparison.Ordinal);
        (query["intervalMs"], query["maxDataPoints"]) = (5000, 500);
        using var response = await _http.PostAsJsonAsync("/api/ds/query", new JsonObject { ["from"] = "now-15m", ["to"] = "now", ["queries"] = new JsonArray(query) }, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var result = response.IsSuccessStatusCode ? JsonNode.Parse(text)!["results"]?[target["refId"]!.GetValue<string>()] : null;
        if (result is null || result["error"] is not null)
        {
            Problems.Add($"{where} {target["refId"]}: {(int)response.StatusCode} {result?["error"]?.ToString() ?? text}");
            return;
        }
        var data = result["frames"]?.AsArray().Any(static frame => frame!["data"]?["values"]?.AsArray() is [.., JsonArray { Count: > 0 }]) ?? false;
        Queries = (Queries.Answered + 1, Queries.WithData + (data ? 1 : 0));
    }

    /// <summary>The choices of a variable: data sources of a type, or what the values of a label are.</summary>
    private async Task FillAsync(string where, JsonNode variable, JsonArray sources)
    {
        switch (variable["type"]!.GetValue<string>())
        {
            case "datasource":
                Source(where, variable["query"]!.GetValue<string>(), sources);
                break;
            case "query" when LabelValues().Match(variable["query"]!["query"]!.GetValue<string>()) is { Success: true } match:
                if (Source(where, variable["datasource"]!["type"]!.GetValue<string>(), sources) is { } source)
                {
                    var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
                    var (label, metric) = (match.Groups[2].Value, Uri.EscapeDataString(match.Groups[1].Value));
                    if (await GetAsync($"/api/datasources/uid/{source}/resources/api/v1/label/{label}/values?match%5B%5D={metric}&start={now - 900}&end={now}", where) is { } values)
                    {
                        Queries = (Queries.Answered + 1, Queries.WithData + (values["data"]?.AsArray().Count > 0 ? 1 : 0));
                    }
                }
                break;
            case "textbox":
                break;
            case var type:
                Problems.Add($"{where}: {type} {variable["query"]} cannot be checked");
                break;
        }
    }

    private string? Source(string where, string type, JsonArray sources)
    {
        var source = sources.FirstOrDefault(source => source!["type"]!.GetValue<string>() == type)?["uid"]?.GetValue<string>();
        if (source is null)
        {
            Problems.Add($"{where}: there is no data source of type {type}");
        }
        return source;
    }

    private async Task<JsonNode?> GetAsync(string path, string? where = null)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return JsonNode.Parse(text);
        }
        Problems.Add($"{where ?? path}: {(int)response.StatusCode} {text}");
        return null;
    }

    [GeneratedRegex(@"^label_values\((.*), *(\w+)\)$")]
    private static partial Regex LabelValues();
}
