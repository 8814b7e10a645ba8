using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>An exchange that is under way, or has just ended and is to be written.</summary>
/// <param name="provider">Who was asked.</param>
/// <param name="request">What was asked.</param>
/// <param name="kind">Endpoint.</param>
/// <param name="session">Who asks; empty: nobody named.</param>
/// <param name="redactor">Knows the provider's key.</param>
internal sealed class Recording(string provider, CanonicalRequest request, RequestKind kind, string session, Redactor redactor)
{
    private readonly MemoryStream _bytes = new();
    private readonly List<Arrival> _arrivals = [];

    public string Provider { get; } = provider;

    public CanonicalRequest Request { get; } = request;

    public RequestKind Kind { get; } = kind;

    public string Session { get; } = session;

    public Redactor Redactor { get; } = redactor;

    /// <summary>The answer at its headers; its body is read elsewhere.</summary>
    public required ProviderResponse Response { get; init; }

    /// <summary>Whether the body is a stream of events.</summary>
    public required bool IsStream { get; init; }

    /// <summary>Request sent to response headers.</summary>
    public required TimeSpan HeadersOffset { get; init; }

    /// <summary>Completed when it was written, or will not be.</summary>
    public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Length => (int)_bytes.Length;

    public ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, Length);

    public IReadOnlyList<Arrival> Arrivals => _arrivals;

    public void Add(ReadOnlySpan<byte> bytes, TimeSpan offset)
    {
        _bytes.Write(bytes);
        _arrivals.Add(new Arrival(offset, Length));
    }
}
