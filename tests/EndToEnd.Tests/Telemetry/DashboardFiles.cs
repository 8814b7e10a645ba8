using System.Text.Json.Nodes;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The shipped dashboards, as they stand in their files.</summary>
internal static class DashboardFiles
{
    public static readonly string Folder = Repository.PathOf("deploy", "config", "grafana", "dashboards");

    /// <summary>Every query of every dashboard: panels, variables, annotations.</summary>
    public static async Task<List<string>> QueriesAsync()
    {
        var queries = new List<string>();
        foreach (var dashboard in await ReadAsync())
        {
            queries.AddRange(dashboard["panels"]!.AsArray().SelectMany(static panel => panel!["targets"]?.AsArray() ?? []).Select(static target => target!["expr"]!.GetValue<string>()));
            queries.AddRange(dashboard["templating"]!["list"]!.AsArray().Where(static variable => variable!["type"]!.GetValue<string>() == "query").Select(static variable => variable!["query"]!["query"]!.GetValue<string>()));
            queries.AddRange(dashboard["annotations"]!["list"]!.AsArray().Select(static annotation => annotation!["expr"]!.GetValue<string>()));
        }
        return queries;
    }

    /// <summary>Annotations by their names, which all dashboards share.</summary>
    public static async Task<Dictionary<string, string>> AnnotationsAsync() => (await ReadAsync())
        .SelectMany(static dashboard => dashboard["annotations"]!["list"]!.AsArray())
        .Select(static annotation => (Name: annotation!["name"]!.GetValue<string>(), Query: annotation["expr"]!.GetValue<string>()))
        .Distinct().ToDictionary(static annotation => annotation.Name, static annotation => annotation.Query);

    private static async Task<JsonNode[]> ReadAsync() => await Task.WhenAll(Directory.GetFiles(Folder, "*.json").Select(static async file =>
        JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!));
}
