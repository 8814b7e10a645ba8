using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>
/// Whether a Grafana has the shipped dashboards and can draw them, by its HTTP API
/// (https://grafana.com/docs/grafana/latest/developers/http_api/): the search, each dashboard, and each panel's queries as its browser sends them.
/// </summary>
internal sealed class GrafanaCheck : IDisposable
{
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
        var (mine, theirs) = (Titles(shipped), Titles(loaded["dashboard"]!));
        if (!mine.SequenceEqual(theirs))
        {
            Problems.Add($"{uid} has the panels {string.Join(", ", theirs)}, the file has {string.Join(", ", mine)}");
        }
        foreach (var panel in loaded["dashboard"]!["panels"]!.AsArray())
        {
            foreach (var target in panel!["targets"]?.AsArray() ?? [])
            {
                await AskAsync($"{uid} '{panel["title"]}'", target!, (target!["datasource"] ?? panel["datasource"])!["type"]!.GetValue<string>(), sources);
            }
        }
    }

    private async Task AskAsync(string where, JsonNode target, string type, JsonArray sources)
    {
        if (sources.FirstOrDefault(source => source!["type"]!.GetValue<string>() == type)?["uid"]?.GetValue<string>() is not { } source)
        {
            Problems.Add($"{where}: there is no data source of type {type}");
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

    private async Task<JsonNode?> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return JsonNode.Parse(text);
        }
        Problems.Add($"{path}: {(int)response.StatusCode} {text}");
        return null;
    }

    private static List<string> Titles(JsonNode dashboard) => [.. dashboard["panels"]!.AsArray().Select(static panel => panel!["title"]!.GetValue<string>())];
}
