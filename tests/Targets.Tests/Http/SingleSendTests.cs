using System.Net;
using System.Net.Sockets;
using System.Text;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tests.Http;

/// <summary>No request is sent twice behind our back.</summary>
public sealed class SingleSendTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task SendAsync_ConnectionClosedWithoutAnswer_IsSentOnce(bool reused, bool gateway)
    {
        await using var target = new ClosingTarget(answers: reused ? 1 : 0);
        using var sockets = Some.Transport(target.Url);
        using var remote = new GatewayTransport(target.Url, null, TimeSpan.FromSeconds(5), TimeProvider.System);
        ITargetTransport transport = gateway ? remote : sockets;
        if (reused)
        {
            Assert.Equal(200, (await transport.SendAsync(Some.Get(target.Url), Cancellation)).Status);
        }

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((0, gateway ? TargetErrors.Gateway : TargetErrors.Reset), (exchange.Status, exchange.ErrorType));
        Assert.Equal(reused ? 2 : 1, target.Requests);
    }

    [Fact]
    public async Task SendAsync_HandlerAlone_SendsAgain()
    {
        // What SingleSendStream is for: should the runtime stop to do it, that class can go.
        await using var target = new ClosingTarget(answers: 0);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(target.Url, Cancellation));

        Assert.Equal(4, target.Requests);
    }

    [Fact]
    public async Task SendAsync_BodyUntilTheConnectionEnds_IsWhole()
    {
        await using var target = new RawTarget("HTTP/1.1 200 OK\r\n\r\nall of it", reset: false);
        using var transport = Some.Transport(target.Url);

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((200, null, "all of it"), (exchange.Status, exchange.ErrorType, Encoding.ASCII.GetString(exchange.Body.Span)));
    }

    /// <summary>Answers each connection's first requests, then reads one more and closes; counts all of them.</summary>
    private sealed class ClosingTarget : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _loop;
        private int _requests;

        public ClosingTarget(int answers)
        {
            _listener.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _loop = AcceptAsync(answers);
        }

        public Uri Url { get; }

        public int Requests => _requests;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _loop;
            _listener.Dispose();
        }

        private async Task AcceptAsync(int answers)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    for (var i = 0; i <= answers && await client.GetStream().ReadAsync(buffer) > 0; i++)
                    {
                        _requests++;
                        if (i < answers)
                        {
                            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nX-Ape-Timing: gateway=0,target=0\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                        }
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // The listener was stopped: the test is over.
            }
        }
    }
}
