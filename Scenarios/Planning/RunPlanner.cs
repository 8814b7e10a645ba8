using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Planning;

/// <summary>Makes a run out of a scenario: draws the seed, applies the default duration, and hashes plan and data.</summary>
public static class RunPlanner
{
    /// <summary>Duration of a run that has neither duration nor iterations.</summary>
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(30);

    // Stands for an address that was drawn.
    private static readonly Uri AnyAddress = new("http://127.0.0.1:0/");

    /// <summary>The duration by the default rule: where neither duration nor iterations are given the load shape's own length, or 30 s.</summary>
    public static TimeSpan? DurationOf(TimeSpan? duration, int? iterations, LoadSpec? load = null) =>
        duration is null && iterations is null ? (load is null ? null : LoadProfile.Of(load, 1, null).Length) ?? DefaultDuration : duration;

    /// <summary>Creates the plan of a run.</summary>
    /// <param name="scenario">A validated scenario.</param>
    /// <param name="run">Run id.</param>
    /// <param name="seed">Seed; wins over the scenario's. Where both are null, one is drawn.</param>
    /// <param name="openApiDocument">The target's OpenAPI document as fetched; null where there is none.</param>
    /// <param name="oracle"><c>declared</c> or <c>derived</c>.</param>
    /// <param name="graphQlSchema">The schema of the target's GraphQL endpoint as fetched; null where there is none.</param>
    /// <param name="isAddressDrawn">Whether the target was started for the run on a free port: which one is no part of the plan's hash. Default false.</param>
    public static RunPlan Create(
        Scenario scenario, string run, long? seed = null, string? openApiDocument = null, string oracle = "declared", string? graphQlSchema = null, bool isAddressDrawn = false)
    {
        var planned = scenario with { Duration = DurationOf(scenario.Duration, scenario.Iterations, scenario.Load) };
        return new RunPlan
        {
            Run = run,
            Scenario = planned,
            // Drawn non-negative and in 32 bits: it is read aloud and typed back into --seed.
            Seed = seed ?? scenario.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            OpenApiDocument = openApiDocument,
            GraphQlSchema = graphQlSchema,
            Oracle = oracle,
            PlanSha256 = PlanHash(planned, oracle, openApiDocument, graphQlSchema, isAddressDrawn),
            DataSha256 = DataHash(planned),
        };
    }

    // Canonical: declaration order of the model's properties, sorted dictionaries, no white space, nulls omitted.
    private static string PlanHash(Scenario scenario, string oracle, string? openApiDocument, string? graphQlSchema, bool isAddressDrawn) => Hash(stream =>
    {
        // Where rows were read from, and who asked for a threshold, is no part of it: a run that is made again reads copies, and finds the defaults written down.
        var told = scenario with
        {
            Seed = null,
            Thresholds = [.. scenario.Thresholds.OrderBy(static threshold => threshold.Metric, StringComparer.Ordinal).Select(static threshold => threshold with { By = "" })],
            Data = scenario.Data.ToImmutableSortedDictionary(static feed => feed.Key, static feed => Rows(feed.Value), StringComparer.Ordinal),
        };
        if (isAddressDrawn)
        {
            // A target says in its document where it is.
            var (drawn, address) = (scenario.Target.Url.GetLeftPart(UriPartial.Authority), AnyAddress.GetLeftPart(UriPartial.Authority));
            told = told with { Target = told.Target with { Url = AnyAddress } };
            openApiDocument = openApiDocument?.Replace(drawn, address, StringComparison.Ordinal);
        }
        JsonSerializer.Serialize(stream, told, RunPlanJson.ScenarioType);
        // NUL occurs in no JSON text, so parts cannot run into each other.
        stream.Write(Encoding.UTF8.GetBytes($"\0{oracle}\0{openApiDocument}{(graphQlSchema is null ? "" : "\0" + graphQlSchema)}"));
    });

    private static string? DataHash(Scenario scenario) => scenario.Data.IsEmpty ? null : Hash(stream =>
    {
        foreach (var (name, feed) in scenario.Data)
        {
            stream.Write(Encoding.UTF8.GetBytes($"\0{name}\0"));
            JsonSerializer.Serialize(stream, Rows(feed), RunPlanJson.FeedType);
        }
    });

    // Where the rows were read from does not change what they are.
    private static FeedSpec Rows(FeedSpec feed) => feed with { Csv = null, Json = null, Jsonl = null };

    private static string Hash(Action<Stream> write)
    {
        using var sha = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
        {
            write(stream);
        }
        return Convert.ToHexStringLower(sha.Hash!);
    }
}
