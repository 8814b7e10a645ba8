using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApeTest.Agent.Brains;

/// <summary>The proxy's figures of one model call, sent in-band (DESIGN 14.1). Seconds; null where the proxy did not measure.</summary>
internal sealed record ModelMeasure
{
    [JsonPropertyName("ttft_s")]
    public double? TtftSeconds { get; init; }

    [JsonPropertyName("queue_s")]
    public double? QueueSeconds { get; init; }

    [JsonPropertyName("duration_s")]
    public double? DurationSeconds { get; init; }

    [JsonPropertyName("cost_usd")]
    public decimal? CostUsd { get; init; }

    [JsonPropertyName("retries")]
    public int? Retries { get; init; }

    [JsonPropertyName("failovers")]
    public int? Failovers { get; init; }

    [JsonPropertyName("prompt_tokens")]
    public int? PromptTokens { get; init; }

    [JsonPropertyName("completion_tokens")]
    public int? CompletionTokens { get; init; }

    [JsonPropertyName("provider")]
    public string? Provider { get; init; }

    [JsonPropertyName("model")]
    public string? Model { get; init; }

    [JsonPropertyName("estimated")]
    public bool? Estimated { get; init; }

    /// <summary>Null for anything that is not such an object: a measure is never worth a failed session.</summary>
    public static ModelMeasure? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ModelMeasureJson.Default.ModelMeasure);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(ModelMeasure))]
internal sealed partial class ModelMeasureJson : JsonSerializerContext;
