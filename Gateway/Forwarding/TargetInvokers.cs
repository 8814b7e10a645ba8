using System.Net;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway.Forwarding;

/// <summary>One handler chain a target: the policy of one state over sockets that are shared by the states in which the target is the same.</summary>
internal sealed class TargetInvokers : IDisposable
{
    private readonly Dictionary<string, Chain> _chains = new(StringComparer.Ordinal);
    private readonly Chain _unknown;

    /// <summary>Makes the chains of a policy; a target that <paramref name="previous"/> has too goes on with its connections.</summary>
    public TargetInvokers(TargetPolicy policy, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve, TargetInvokers? previous = null)
    {
        foreach (var target in policy.Targets)
        {
            var sockets = previous?._chains.GetValueOrDefault(target.Name) is { } known && ReferenceEquals(known.Target, target)
                ? known.Sockets
                : TargetConnector.CreateHandler(target, decompress: false, resolve);
            _chains[target.Name] = new Chain(target, sockets, Invoker(sockets));
        }
        // The policy refuses a target that it does not know; nothing is ever sent through it.
        var nowhere = previous?._unknown.Sockets ?? new SocketsHttpHandler();
        _unknown = new Chain(null, nowhere, Invoker(nowhere));

        HttpMessageInvoker Invoker(SocketsHttpHandler sockets) => new(new PolicyHandler(policy, time, sockets), disposeHandler: false);
    }

    /// <summary>The chain of that target; for an unknown name one whose policy refuses.</summary>
    public Chain For(string target) => _chains.GetValueOrDefault(target, _unknown);

    /// <summary>Hands over the sockets that the state after this one does not use.</summary>
    public void RetireWhatIsNotIn(TargetInvokers next, RetiredHandlers retired)
    {
        foreach (var (name, chain) in _chains)
        {
            if (next._chains.GetValueOrDefault(name)?.Sockets != chain.Sockets)
            {
                retired.Add(chain.Sockets, chain.Target!.Patience);
            }
        }
    }

    public void Dispose()
    {
        foreach (var chain in _chains.Values.Append(_unknown))
        {
            chain.Sockets.Dispose();
        }
    }

    /// <summary>How one target is reached.</summary>
    /// <param name="Target">The target; null for an unknown one.</param>
    /// <param name="Sockets">Its connections.</param>
    /// <param name="Invoker">The policy over them.</param>
    internal sealed record Chain(TargetEntry? Target, SocketsHttpHandler Sockets, HttpMessageInvoker Invoker)
    {
        /// <summary>The forwarder's time limit, one of inactivity: a long stream is not cut.</summary>
        public ForwarderRequestConfig Config { get; } = new() { ActivityTimeout = Target?.Patience ?? TimeSpan.FromSeconds(30) };
    }
}
