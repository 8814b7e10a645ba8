using System.Net;
using System.Net.Sockets;

namespace ApeTest.Targets.Tests;

/// <summary>A target that answers each connection's first request with bytes of the test's own, then closes or resets.</summary>
internal sealed class RawTarget : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _loop;

    public RawTarget(string answer, bool reset)
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = AcceptAsync(answer, reset);
    }

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    private async Task AcceptAsync(string answer, bool reset)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var buffer = new byte[4096];
                _ = await client.GetStream().ReadAsync(buffer);
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
                if (reset)
                {
                    client.LingerState = new LingerOption(true, 0);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The listener was stopped: the test is over.
        }
    }
}
