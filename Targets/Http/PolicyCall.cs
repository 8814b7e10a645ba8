namespace ApeTest.Targets.Http;

/// <summary>What one request carries through <see cref="PolicyHandler"/>, and the times that come back.</summary>
public sealed class PolicyCall
{
    private static readonly HttpRequestOptionsKey<PolicyCall> Key = new("ApeTest.PolicyCall");

    private TargetRequest _request;

    /// <summary>A call for <paramref name="request"/> that began at <paramref name="started"/> (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public PolicyCall(in TargetRequest request, long started)
    {
        _request = request;
        Started = started;
        Forwarded = started;
        Responded = started;
    }

    /// <summary>The request; after the handler with what the policy set.</summary>
    public ref TargetRequest Request => ref _request;

    /// <summary>When the adapter took the request.</summary>
    public long Started { get; }

    /// <summary>When it was handed to the target's handler.</summary>
    public long Forwarded { get; internal set; }

    /// <summary>When the response headers were there.</summary>
    public long Responded { get; internal set; }

    /// <summary>Hangs the call on the request message.</summary>
    public void Attach(HttpRequestMessage message) => message.Options.Set(Key, this);

    internal static PolicyCall Of(HttpRequestMessage message) => message.Options.TryGetValue(Key, out var call)
        ? call
        : throw new InvalidOperationException("A request without a PolicyCall reached the policy handler.");
}
