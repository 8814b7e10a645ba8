using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy_Bench;

/// <summary>What a load came to.</summary>
/// <param name="Exchanges">All of them, errors included.</param>
/// <param name="Elapsed">First request sent to last answer read.</param>
internal sealed record LoadResult(IReadOnlyList<Exchange> Exchanges, TimeSpan Elapsed)
{
    /// <summary>Error texts and how often.</summary>
    public IReadOnlyDictionary<string, int> Errors { get; } =
        Exchanges.Where(exchange => exchange.Error.Length > 0).CountBy(exchange => exchange.Error).ToDictionary(StringComparer.Ordinal);

    /// <summary>Answers that were whole.</summary>
    public int Whole => Exchanges.Count(exchange => exchange.Error.Length == 0);

    /// <summary>Whole answers that brought the proxy's time to first token with them.</summary>
    public int Measured => Exchanges.Count(exchange => exchange.Error.Length == 0 && exchange.Measured);

    /// <summary>One line for jq; times in microseconds, null when no answer was whole.</summary>
    public JsonObject ToJson()
    {
        var whole = Exchanges.Where(exchange => exchange.Error.Length == 0).ToList();
        var ttft = whole.Where(exchange => exchange.FirstToken is not null).Select(exchange => exchange.FirstToken!.Value).Order().ToList();
        var total = whole.Select(exchange => exchange.Total).Order().ToList();
        return new JsonObject
        {
            ["requests"] = Exchanges.Count,
            ["errors"] = Exchanges.Count - whole.Count,
            ["kinds"] = new JsonObject(Errors.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["seconds"] = Elapsed.TotalSeconds,
            ["ttft_p50_us"] = At(ttft, 0.5),
            ["ttft_p99_us"] = At(ttft, 0.99),
            ["total_p50_us"] = At(total, 0.5),
            ["total_p99_us"] = At(total, 0.99),
        };
    }

    private static double? At(List<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))].TotalMicroseconds;
}
