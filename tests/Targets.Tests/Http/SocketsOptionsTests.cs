using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ApeTest.Targets.Tests.Http;

/// <summary>How the general transport connects, as the server sees it.</summary>
public sealed class SocketsOptionsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpUse.Auto, true, "HTTP/2")]
    [InlineData(HttpUse.Http2, true, "HTTP/2")]
    [InlineData(HttpUse.Http11, true, "HTTP/1.1")]
    [InlineData(HttpUse.Auto, false, "HTTP/1.1")]
    [InlineData(HttpUse.Http11, false, "HTTP/1.1")]
    public async Task SendAsync_Version_IsTheOneAskedFor(HttpUse use, bool tls, string expected)
    {
        await using var server = await Server.StartAsync(tls, tls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1);

        await SendAsync(server.Url, new SocketsOptions { Http = use });

        Assert.Equal(expected, Assert.Single(server.Seen).Protocol);
    }

    [Fact]
    public async Task SendAsync_Http2WithoutTls_NeedsNoUpgrade()
    {
        await using var server = await Server.StartAsync(tls: false, HttpProtocols.Http2);

        await SendAsync(server.Url, new SocketsOptions { Http = HttpUse.Http2 });

        Assert.Equal("HTTP/2", Assert.Single(server.Seen).Protocol);
    }

    [Fact]
    public async Task SendAsync_Proxy_IsAskedForTheTarget()
    {
        await using var proxy = await Server.StartAsync(tls: false, HttpProtocols.Http1);

        // The name is the proxy's to resolve: here nobody could.
        await SendAsync(new Uri("http://shop.invalid:8080/"), new SocketsOptions { Proxy = proxy.Url });

        Assert.Equal("shop.invalid:8080", Assert.Single(proxy.Seen).Host);
    }

    [Fact]
    public async Task SendAsync_SourceAddresses_AreTakenInTurn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "All of 127.0.0.0/8 is this machine on Linux only.");
        await using var server = await Server.StartAsync(tls: false, HttpProtocols.Http1, closes: true);

        await SendAsync(server.Url, new SocketsOptions { SourceAddresses = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")] }, times: 4);

        Assert.Equal(["127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"], server.Seen.Select(static seen => seen.Source).Order());
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3600, 1)]
    public async Task SendAsync_DnsTtl_IsHowLongANameIsBelieved(int seconds, int resolved)
    {
        await using var server = await Server.StartAsync(tls: false, HttpProtocols.Http1);
        var asked = 0;

        await SendAsync(new Uri($"http://shop.test:{server.Url.Port}/"), new SocketsOptions { DnsTtl = TimeSpan.FromSeconds(seconds) }, times: 3, (name, _) =>
        {
            Assert.Equal("shop.test", name);
            Interlocked.Increment(ref asked);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });

        Assert.Equal((3, resolved), (server.Seen.Count, asked));
    }

    [Theory]
    [InlineData(HttpUse.Http11, true, true)]
    [InlineData(HttpUse.Http11, false, true)]
    [InlineData(HttpUse.Http2, true, false)]
    [InlineData(HttpUse.Http2, false, false)]
    public async Task SendAsync_Bytes_AreKnownOfHttp11Alone(HttpUse use, bool tls, bool known)
    {
        await using var server = await Server.StartAsync(tls, tls ? HttpProtocols.Http1AndHttp2 : use is HttpUse.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        var policy = Some.Policy(server.Url, static target => target.Insecure = true);
        using var transport = new SocketsTransport(policy, TimeProvider.System, options: new SocketsOptions { Http = use });

        await transport.SendAsync(Some.Get(server.Url), Cancellation);
        var exchange = await transport.SendAsync(Some.Get(new Uri(server.Url, "/longer")), Cancellation);

        Assert.Equal((200, null), (exchange.Status, exchange.ErrorMessage));
        // Request line, Host, Accept-Encoding, trace; status line, Date, Server, Content-Length.
        Assert.Equal(known, exchange.BytesSent is > 150 and < 400);
        Assert.Equal(known, exchange.BytesReceived is > 50 and < 200);
        Assert.Equal(!known, exchange is { BytesSent: 0, BytesReceived: 0 });
    }

    private static async Task SendAsync(Uri url, SocketsOptions options, int times = 1, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var policy = Some.Policy(url, target =>
        {
            target.Insecure = true;
            target.Hosts.Add($"127.0.0.1:{url.Port}");
        });
        using var transport = new SocketsTransport(policy, TimeProvider.System, resolve, options: options);
        for (var i = 0; i < times; i++)
        {
            var exchange = await transport.SendAsync(Some.Get(url), Cancellation);
            Assert.Equal((200, null), (exchange.Status, exchange.ErrorMessage));
        }
    }

    /// <summary>Keeps what it sees of each request.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Server(WebApplication app) => _app = app;

        public Uri Url => new(_app.Urls.Single());

        public ConcurrentQueue<(string Protocol, string Host, string Source)> Seen { get; } = new();

        public static async Task<Server> StartAsync(bool tls, HttpProtocols protocols, bool closes = false)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endPoint =>
            {
                endPoint.Protocols = protocols;
                if (tls)
                {
                    endPoint.UseHttps(SelfSigned());
                }
            }));
            var server = new Server(builder.Build());
            server._app.Run(context =>
            {
                server.Seen.Enqueue((context.Request.Protocol, context.Request.Host.Value!, context.Connection.RemoteIpAddress!.ToString()));
                if (closes)
                {
                    context.Response.Headers.Connection = "close";
                }
                return Task.CompletedTask;
            });
            await server._app.StartAsync(Cancellation);
            return server;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private static X509Certificate2 SelfSigned()
        {
            using var key = RSA.Create(2048);
            return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        }
    }
}
