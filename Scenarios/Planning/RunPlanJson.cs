using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Planning;

/// <summary>
/// A <see cref="RunPlan"/> as JSON, for the run queue. It holds resolved secrets (headers, secret columns), because workers need them:
/// never write it into a run directory or a log.
/// </summary>
public static class RunPlanJson
{
    /// <summary>Options of the format, source-generated.</summary>
    public static JsonSerializerOptions Options => RunPlanJsonContext.Default.Options;

    internal static JsonTypeInfo<Scenario> ScenarioType => RunPlanJsonContext.Default.Scenario;

    internal static JsonTypeInfo<FeedSpec> FeedType => RunPlanJsonContext.Default.FeedSpec;

    /// <summary>Writes a plan.</summary>
    public static string Serialize(RunPlan plan) => JsonSerializer.Serialize(plan, RunPlanJsonContext.Default.RunPlan);

    /// <summary>Reads a plan. Throws <see cref="JsonException"/> for anything else.</summary>
    public static RunPlan Deserialize(string json) =>
        JsonSerializer.Deserialize(json, RunPlanJsonContext.Default.RunPlan) ?? throw new JsonException("A run plan is a JSON object.");
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    IgnoreReadOnlyProperties = true,
    // Steps in steps: each level of a journey is several of JSON.
    MaxDepth = 128,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = false)]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(Scenario))]
[JsonSerializable(typeof(FeedSpec))]
internal sealed partial class RunPlanJsonContext : JsonSerializerContext;
