using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.Gateway.Forwarding;

/// <summary>Tells who ended a request's connection: the client, or this side, which cuts it where the target's body rests longer than its time limit.</summary>
internal sealed class RequestLifetime(IHttpRequestLifetimeFeature inner) : IHttpRequestLifetimeFeature
{
    /// <summary>Whether this side cut the connection, while the client was still there.</summary>
    public bool IsAbortedHere { get; private set; }

    /// <inheritdoc/>
    public CancellationToken RequestAborted
    {
        get => inner.RequestAborted;
        set => inner.RequestAborted = value;
    }

    /// <summary>Watches a request from now on.</summary>
    public static RequestLifetime Watch(HttpContext context)
    {
        var lifetime = new RequestLifetime(context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        return lifetime;
    }

    /// <inheritdoc/>
    public void Abort()
    {
        IsAbortedHere |= !inner.RequestAborted.IsCancellationRequested;
        inner.Abort();
    }
}
