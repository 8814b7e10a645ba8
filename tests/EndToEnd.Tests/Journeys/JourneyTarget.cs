using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>A target in this process: keeps what it was asked below <c>/t/</c>, answers as the test says, and everything else with an empty 200.</summary>
internal sealed class JourneyTarget : IAsyncDisposable
{
    /// <summary>What a test looks at begins so; a readiness check asks for something else.</summary>
    public const string Root = "/t/";

    private readonly ConcurrentQueue<TargetRequest> _requests = new();
    private readonly Func<HttpContext, TargetRequest, Task> _answer;
    private WebApplication _app = null!;

    private JourneyTarget(Func<HttpContext, TargetRequest, Task> answer)
    {
        _answer = answer;
    }

    /// <summary>Where it listens, without a slash at its end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<TargetRequest> Requests => [.. _requests];

    /// <summary>Requests for <paramref name="path"/>.</summary>
    public IReadOnlyList<TargetRequest> At(string path) => [.. _requests.Where(request => request.Path == path)];

    /// <summary>Starts one that answers everything with 200 and <c>{}</c>.</summary>
    public static Task<JourneyTarget> StartAsync() => StartAsync((context, _) => context.Response.WriteAsJsonAsync(new { }));

    /// <summary>Starts one.</summary>
    /// <param name="answer">Answers a request.</param>
    /// <param name="isSecure">Whether with TLS, with a certificate of its own making.</param>
    /// <param name="protocols">HTTP/1.1, HTTP/2 or both.</param>
    /// <param name="port">Where to listen; 0: a free port.</param>
    public static async Task<JourneyTarget> StartAsync(Func<HttpContext, TargetRequest, Task> answer, bool isSecure = false, HttpProtocols protocols = HttpProtocols.Http1, int port = 0)
    {
        var target = new JourneyTarget(answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (isSecure)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = protocols;
                if (isSecure)
                {
                    listen.UseHttps(Certificate());
                }
            });
        });
        target._app = builder.Build();
        target._app.Run(target.AnswerAsync);
        await target._app.StartAsync(TestContext.Current.CancellationToken);
        target.Url = target._app.Urls.Single();
        return target;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        // Some systems serve only keys that came from a file.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!target.StartsWith(Root, StringComparison.Ordinal))
        {
            return;
        }
        using var reader = new StreamReader(context.Request.Body);
        var request = new TargetRequest(context.Request.Method, target, context.Request.ContentType, await reader.ReadToEndAsync(context.RequestAborted),
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.Connection.Id, context.Request.Protocol, TimeProvider.System.GetUtcNow());
        _requests.Enqueue(request);
        await _answer(context, request);
    }
}
