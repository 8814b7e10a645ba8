using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Raw;

/// <summary>What is the same in all requests of a step: method, server, operation, and what the policy says of it. Made once a run.</summary>
public sealed class RawRoute
{
    /// <summary>Compiles the constant part of a step.</summary>
    /// <param name="policy">The policy that every request passes.</param>
    /// <param name="target">Name of the target.</param>
    /// <param name="operation">The step's name.</param>
    /// <param name="server">Scheme, host and port; the rest is not looked at.</param>
    /// <param name="method">HTTP method, in capitals.</param>
    public RawRoute(TargetPolicy policy, string target, string operation, Uri server, string method)
    {
        (Policy, Target, Operation, Server, Method) = (policy, target, operation, server, new HttpMethod(method));
    }

    /// <summary>The policy.</summary>
    public TargetPolicy Policy { get; }

    /// <summary>Name of the target.</summary>
    public string Target { get; }

    /// <summary>The step's name.</summary>
    public string Operation { get; }

    /// <summary>Where it goes.</summary>
    public Uri Server { get; }

    /// <summary>HTTP method.</summary>
    public HttpMethod Method { get; }
}
