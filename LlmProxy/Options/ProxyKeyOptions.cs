namespace ApeTest.LlmProxy.Options;

/// <summary>A key that clients of the proxy present, with its rate and its hard budget. Limits are per key, over all its callers.</summary>
public sealed class ProxyKeyOptions
{
    /// <summary>Name in errors, logs and the budget file; unique. Default <c>default</c>.</summary>
    public string Name { get; set; } = "default";

    /// <summary>The key itself; only its SHA-256 is kept in memory. Either this or <see cref="KeySha256"/>.</summary>
    public string? Key { get; set; }

    /// <summary>SHA-256 of the key in hexadecimal digits, so that a file at rest does not hold the key (<c>ape-test proxy --new-key</c> makes both).</summary>
    public string? KeySha256 { get; set; }

    /// <summary>Prompt plus completion tokens that may be spent; null: no limit.</summary>
    public long? MaxTokens { get; set; }

    /// <summary>US dollars that may be spent; null: no limit.</summary>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Requests that may be made; null: no limit.</summary>
    public long? MaxRequests { get; set; }

    /// <summary>Requests a minute, in bursts of at most a minute's; null: no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Prompt plus completion tokens a minute, in bursts of at most a minute's; null: no limit.</summary>
    public long? TokensPerMinute { get; set; }
}
