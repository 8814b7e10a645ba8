using System.Buffers;
using System.Text.Json;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Control;

/// <summary>
/// Body of <c>POST /api/v1/runs</c>: <c>{"plan": ..., "scenario": "..."}</c>. The plan holds resolved secrets, because workers need them; what is kept
/// with the run for people is the scenario, redacted.
/// </summary>
/// <param name="Plan">The plan.</param>
/// <param name="Scenario">Text of <c>scenario.resolved.yaml</c>.</param>
public sealed record Submission(RunPlan Plan, string Scenario)
{
    /// <summary>Largest body that a collector takes: a plan holds the rows of its feeds and the OpenAPI document.</summary>
    public const long MostBytes = 256 << 20;

    private const int MaxDepth = 128;

    /// <summary>Reads a body. Anything else throws <see cref="JsonException"/>.</summary>
    public static async Task<Submission> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var json = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = MaxDepth }, cancellationToken);
        if (json.RootElement.ValueKind is not JsonValueKind.Object
            || !json.RootElement.TryGetProperty("plan", out var plan)
            || !json.RootElement.TryGetProperty("scenario", out var scenario) || scenario.ValueKind is not JsonValueKind.String)
        {
            throw new JsonException("A submission has a plan and a scenario.");
        }
        return new Submission(RunPlanJson.Deserialize(plan.GetRawText()), scenario.GetString()!);
    }

    internal static byte[] Write(RunPlan plan, string scenario)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName("plan");
            json.WriteRawValue(RunPlanJson.Serialize(plan), skipInputValidation: true);
            json.WriteString("scenario", scenario);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
