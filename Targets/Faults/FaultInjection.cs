using ApeTest.Targets.Http;

namespace ApeTest.Targets.Faults;

/// <summary>Does to a request what its <see cref="FaultHit"/> says.</summary>
internal static class FaultInjection
{
    /// <summary>
    /// Before the target: delays, slows the request's body. Returns the answer that stands in the target's place, or null to go on. An
    /// abort throws <see cref="InjectedAbortException"/>.
    /// </summary>
    public static ValueTask<HttpResponseMessage?> BeforeAsync(FaultHit fault, HttpRequestMessage message, TimeProvider time, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>After the target's headers: slows the answer's body.</summary>
    public static HttpResponseMessage After(FaultHit fault, HttpResponseMessage response, TimeProvider time) => response;
}

/// <summary>The fault <c>abort</c>: the adapter cuts its connection, or reports <see cref="TargetErrors.Reset"/> where it has none.</summary>
public sealed class InjectedAbortException() : IOException("the connection was cut by an injected fault");
