using System.Net;
using System.Net.Sockets;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>A target that accepts connections and never answers, so that a readiness check waits for it.</summary>
internal sealed class SilentTarget : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentTarget()
    {
        _listener.Start();
    }

    /// <summary>Its address.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Completes when someone has connected; the connection stays open.</summary>
    public Task ConnectedAsync() => _listener.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask().Within(TestContext.Current.CancellationToken);

    public void Dispose() => _listener.Dispose();
}
