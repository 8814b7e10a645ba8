using System.Buffers;
using System.Text.Json;
using ApeTest.Scenarios.Load;
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

    /// <summary>Most agents of a run, as in a scenario.</summary>
    public const int MostAgents = 1_000_000;

    private const int MaxDepth = 128;
    private const int MostName = 64;

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
        try
        {
            var read = RunPlanJson.Deserialize(plan.GetRawText());
            Check(read);
            // What is null where nothing may be is left out where it is written, and missed where it is read again, as each worker does.
            return new Submission(RunPlanJson.Deserialize(RunPlanJson.Serialize(read)), scenario.GetString()!);
        }
        catch (Exception e) when (e is NullReferenceException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new JsonException($"The plan cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What the scenario's loader has seen to, as far as workers, queue and collector rely on it.</summary>
    private static void Check(RunPlan plan)
    {
        var scenario = plan.Scenario;
        var problem = scenario.Name.Length is 0 or > MostName || scenario.Name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) ? "scenario.name: letters, digits, '-', '_' and '.', at most 64"
            : scenario.Agents is < 1 or > MostAgents ? $"scenario.agents: must be from 1 to {MostAgents} (got {scenario.Agents})"
            : HasNull(scenario.Llm, scenario.Session, scenario.Telemetry, scenario.Load, scenario.Data.Values, scenario.Thresholds, scenario.Personas, scenario.Journeys, scenario.Setup, scenario.Teardown)
                ? "scenario: null stands where nothing may be missing"
            : plan.Workers < 1 ? $"workers: must be at least 1 (got {plan.Workers})"
            : scenario.Duration <= TimeSpan.Zero ? "scenario.duration: must be longer than nothing"
            : scenario.Iterations < 1 ? "scenario.iterations: must be at least 1"
            : !scenario.Target.Url.IsAbsoluteUri || scenario.Target.Url.Scheme is not ("http" or "https") ? "scenario.target.url: must be an http or https URL"
            : null;
        if (problem is not null)
        {
            throw new JsonException($"plan.{problem}.");
        }
        // Throws here rather than in every worker.
        _ = new LoadShape(scenario.Load, scenario.Agents, scenario.Duration);
        _ = ArrivalSchedule.Of(scenario);
        _ = scenario.Goals.Sum(static goal => goal.Weight) + scenario.Journeys.Sum(static journey => journey.Weight);
    }

    private static bool HasNull(params object?[] parts) => parts.Any(static part => part is null || (part is IEnumerable<object?> items && items.Contains(null)));

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
