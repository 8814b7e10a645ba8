using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>A recorded request and its answer: one line of a cassette.</summary>
internal sealed record Exchange
{
    /// <summary>Name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Which of its endpoints.</summary>
    public required RequestKind Kind { get; init; }

    /// <summary>Session that asked, from <c>baggage</c>; empty: none was named.</summary>
    public required string Session { get; init; }

    /// <summary>The canonical request (<see cref="CanonicalRequest"/>).</summary>
    public required byte[] Request { get; init; }

    public required int Status { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Headers that the client sees: retry-after, rate limits, request ids.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How long it asked to be left alone; null: it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Request sent to response headers.</summary>
    public TimeSpan HeadersOffset { get; init; }

    /// <summary>The body.</summary>
    public IReadOnlyList<Piece> Body { get; init; } = [];

    /// <summary>Whether the provider answered and did not refuse.</summary>
    public bool IsSuccess => Status < 400;
}
