using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Forwarding;

/// <summary>One handler chain a target: the policy over its own sockets.</summary>
internal sealed class TargetInvokers : IDisposable
{
    private readonly Dictionary<string, HttpMessageInvoker> _invokers;
    private readonly HttpMessageInvoker _unknown;

    public TargetInvokers(TargetPolicy policy, TimeProvider time)
    {
        _invokers = policy.Targets.ToDictionary(
            static target => target.Name,
            target => new HttpMessageInvoker(new PolicyHandler(policy, time, TargetConnector.CreateHandler(target, decompress: false))),
            StringComparer.Ordinal);
        // The policy refuses a target that it does not know; nothing is ever sent through it.
        _unknown = new HttpMessageInvoker(new PolicyHandler(policy, time, new SocketsHttpHandler()));
    }

    public HttpMessageInvoker For(string target) => _invokers.GetValueOrDefault(target, _unknown);

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values.Append(_unknown))
        {
            invoker.Dispose();
        }
    }
}
