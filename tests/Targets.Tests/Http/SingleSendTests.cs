using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendAsync_OverTls_IsSentOnce(bool reused)
    {
        using var certificate = SelfSigned();
        await using var target = new ClosingTarget(answers: reused ? 1 : 0, certificate);
        using var transport = Some.Transport(target.Url, static options => options.Insecure = true);
        if (reused)
        {
            Assert.Equal(200, (await transport.SendAsync(Some.Get(target.Url), Cancellation)).Status);
        }

        var exchange = await transport.SendAsync(Some.Get(target.Url), Cancellation);

        Assert.Equal((0, TargetErrors.Reset), (exchange.Status, exchange.ErrorType));
        Assert.Equal(reused ? 2 : 1, target.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendAsync_HandlerAlone_SendsAgain(bool tls)
    {
        // What SingleSend is for: should the runtime stop to do it, that class can go.
        using var certificate = SelfSigned();
        await using var target = new ClosingTarget(answers: 0, tls ? certificate : null);
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using var client = new HttpClient(handler);

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

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    /// <summary>Answers each connection's first requests, then reads one more and closes; counts all of them.</summary>
    private sealed class ClosingTarget : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _loop;
        private int _requests;

        public ClosingTarget(int answers, X509Certificate2? certificate = null)
        {
            _listener.Start();
            Url = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _loop = AcceptAsync(answers, certificate);
        }

        public Uri Url { get; }

        public int Requests => _requests;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _loop;
            _listener.Dispose();
        }

        private async Task AcceptAsync(int answers, X509Certificate2? certificate)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await using Stream stream = certificate is null ? client.GetStream() : new SslStream(client.GetStream());
                    if (stream is SslStream tls)
                    {
                        await tls.AuthenticateAsServerAsync(certificate!);
                    }
                    for (var i = 0; i <= answers && await stream.ReadAsync(buffer) > 0; i++)
                    {
                        _requests++;
                        if (i < answers)
                        {
                            await stream.WriteAsync("HTTP/1.1 200 OK\r\nX-Ape-Timing: gateway=0,target=0\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
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
