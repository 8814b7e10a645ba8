using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Tests.Readiness;

/// <summary>What is said of a target that cannot be reached, against real sockets.</summary>
public sealed class TargetProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Reach_WhateverItAnswers_IsReached(int status)
    {
        await using var server = await ServerAsync(tls: false, context => { context.Response.StatusCode = status; return Task.CompletedTask; });

        Assert.Equal(status, await ReachAsync(Url(server)));
    }

    [Fact]
    public async Task Reach_NobodyListens_IsRefused()
    {
        await UnreachableAsync(new Uri($"http://127.0.0.1:{FreePort.Take()}/"), "connection refused", "Start it, or aim elsewhere with --target URL.");
    }

    [Fact]
    public Task Reach_UnknownName_SaysSo() =>
        UnreachableAsync(new Uri("http://nowhere.invalid/"), "the name does not resolve", "Check the host in --target");

    [Fact]
    public async Task Reach_SelfSignedCertificate_NamesInsecure()
    {
        await using var server = await ServerAsync(tls: true);

        await UnreachableAsync(Url(server), "its TLS certificate is not trusted", "--insecure");
        Assert.Equal(200, await ReachAsync(Url(server), insecure: true));
    }

    [Fact]
    public async Task Reach_HttpWhereHttpsIsSpoken_NamesTheOtherUrl()
    {
        await using var server = await ServerAsync(tls: true);
        var url = new UriBuilder(Url(server)) { Scheme = "http" }.Uri;

        await UnreachableAsync(url, "cannot be reached: ", $"It answers at {Url(server)}: use that URL.");
    }

    [Fact]
    public async Task Reach_HttpsWhereHttpIsSpoken_NamesTheOtherUrl()
    {
        await using var server = await ServerAsync(tls: false);
        var url = new UriBuilder(Url(server)) { Scheme = "https" }.Uri;

        await UnreachableAsync(url, "TLS failed", $"It answers at {Url(server)}: use that URL.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reach_TargetOfHttp2Only_IsAskedAsTheRunDoes(bool tls)
    {
        await using var server = await ServerAsync(tls, protocols: HttpProtocols.Http2);

        Assert.Equal(200, await ReachAsync(new TargetSpec { Url = Url(server), Insecure = true, Http = HttpUse.Http2 }));
    }

    [Fact]
    public async Task Reach_Http2ThatIsNotSpoken_NamesTheField()
    {
        await using var server = await ServerAsync(tls: true);

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => ReachAsync(new TargetSpec { Url = Url(server), Insecure = true, Http = HttpUse.Http2 }));

        Assert.Contains("target.http", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reach_ThroughAProxy_IsAskedThroughIt()
    {
        await using var proxy = await ServerAsync(tls: false, context => { context.Response.StatusCode = context.Request.Host.Host == "shop.invalid" ? 202 : 500; return Task.CompletedTask; });

        Assert.Equal(202, await ReachAsync(new TargetSpec { Url = new Uri("http://shop.invalid/"), Proxy = Url(proxy) }));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", "what answers there does not speak HTTP")]
    [InlineData("", "the connection ended before an answer")]
    public async Task Reach_OtherProtocol_SaysSo(string banner, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var serving = ServeAsync(listener, banner, end.Token);

        await UnreachableAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), expected, "Check the port in --target");
        await end.CancelAsync();
        await serving;
    }

    [Theory]
    [InlineData(404, "text/plain", "gone", "the server answered 404", ExitCodes.Input)]
    [InlineData(200, "text/plain; charset=klingon", "x", "its text cannot be read", ExitCodes.Environment)]
    public async Task FindOpenApi_NamedDocumentThatCannotBeRead_SaysWhy(int status, string type, string body, string expected, int code)
    {
        await using var server = await ServerAsync(tls: false, async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(body);
        });
        var target = new TargetSpec { Url = Url(server), OpenApi = "/api.json" };
        using var probe = new TargetProbe(target, TimeProvider.System);

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => new OpenApiSource(probe.ReadAsync, target.Url, target.OpenApi, AppContext.BaseDirectory).FindAsync(Token));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("/api.json", exception.Message, StringComparison.Ordinal);
        Assert.Equal(code, exception.ExitCode);
    }

    private static async Task UnreachableAsync(Uri url, string message, string hint)
    {
        var exception = await Assert.ThrowsAsync<ApeTestException>(() => ReachAsync(url));

        Assert.StartsWith($"the target {url} cannot be reached: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains(hint, exception.Hint, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Environment, exception.ExitCode);
    }

    private static Task<int> ReachAsync(Uri url, bool insecure = false) => ReachAsync(new TargetSpec { Url = url, Insecure = insecure });

    private static async Task<int> ReachAsync(TargetSpec target)
    {
        using var probe = new TargetProbe(target, TimeProvider.System);
        return await probe.ReachAsync(Token);
    }

    private static async Task ServeAsync(TcpListener listener, string banner, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(cancellationToken);
                // The request is read first: closing with unread bytes would be a reset.
                await socket.ReceiveAsync(new byte[4096], cancellationToken);
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(banner), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static Uri Url(WebApplication app) => new(app.Urls.Single());

    private static async Task<WebApplication> ServerAsync(bool tls, RequestDelegate? answer = null, HttpProtocols protocols = HttpProtocols.Http1)
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
        var app = builder.Build();
        app.Run(answer ?? (_ => Task.CompletedTask));
        await app.StartAsync(Token);
        return app;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }
}
