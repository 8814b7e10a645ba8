using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Gateway.Tests.Hostile;

/// <summary>What arrived at the target.</summary>
public sealed record Arrival(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>
/// One gateway for all hostile inputs, so that what one of them breaks the next ones meet; its target writes down what arrives, and a
/// listener that no rule allows counts who comes.
/// </summary>
public sealed class HostileGround : IAsyncLifetime
{
    /// <summary>The target's credential, which nobody else may see.</summary>
    public const string Secret = "s3cret-of-the-target";

    private readonly TcpListener _bait = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private TestService _target = null!;
    private TestService _gateway = null!;
    private Task _baiting = Task.CompletedTask;
    private int _bitten;

    /// <summary>Requests at the target, oldest first.</summary>
    public ConcurrentQueue<Arrival> Arrivals { get; } = new();

    /// <summary>Connections that the listener outside the allow-list saw.</summary>
    public int Bitten => _bitten;

    public Uri Gateway => _gateway.Url;

    public Uri Target => _target.Url;

    private int BaitPort => ((IPEndPoint)_bait.LocalEndpoint).Port;

    public async ValueTask InitializeAsync()
    {
        _bait.Start();
        _baiting = BaitAsync();
        _target = await TestService.TargetAsync(AnswerAsync);
        var file = new GatewayFile
        {
            Targets =
            [
                new TargetOptions
                {
                    Name = "shop", Url = _target.Url.AbsoluteUri, Deny = ["POST /admin/**", "GET /secret", "DELETE /orders/*", "* /caf%C3%A9", "wipe"],
                    Auth = new AuthOptions { Type = AuthType.Bearer, Token = Secret },
                },
                new TargetOptions { Name = "api", Url = new Uri(_target.Url, "/api/v1").AbsoluteUri },
                new TargetOptions { Name = "remote", Url = "http://api.example", Allow = ["DELETE /drafts/*"] },
                new TargetOptions { Name = "names", Url = _target.Url.AbsoluteUri, Hosts = [$"private.example:{BaitPort}", "metadata.example:80", "mapped.example:80"] },
            ],
            Limits = new LimitOptions { BodyBytes = 1000 },
        };
        _gateway = await TestService.GatewayAsync(new GatewayOptions { File = file }, change: static builder =>
            builder.Services.AddSingleton<Func<string, CancellationToken, Task<IPAddress[]>>>(static (name, _) => Task.FromResult<IPAddress[]>([name switch
            {
                "private.example" => IPAddress.Loopback,
                "metadata.example" => IPAddress.Parse("169.254.169.254"),
                "mapped.example" => IPAddress.Parse("::ffff:10.0.0.1"),
                _ => throw new SocketException((int)SocketError.HostNotFound),
            }])));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _target.DisposeAsync();
        await _end.CancelAsync();
        await _baiting;
        _bait.Dispose();
        _end.Dispose();
    }

    /// <summary>Replaces <c>{host}</c>, <c>{target}</c> and <c>{bait}</c> by the authorities.</summary>
    public string Fill(string text) => text
        .Replace("{host}", Gateway.Authority, StringComparison.Ordinal)
        .Replace("{target}", Target.Authority, StringComparison.Ordinal)
        .Replace("{bait}", BaitPort.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Sends the bytes as they are and reads until the gateway closes.</summary>
    public async Task<string> SendAsync(string request, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Gateway.Host, Gateway.Port, cancellationToken);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(Fill(request)), cancellationToken);
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).AsTask().Within(cancellationToken)) > 0)
            {
                answer.Write(buffer, 0, read);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Closed on us with bytes of ours unread: what was answered before counts.
        }
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body, Encoding.Latin1);
        Arrivals.Enqueue(new Arrival(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await body.ReadToEndAsync(context.RequestAborted)));
        if (context.Request.Path == "/redirect")
        {
            context.Response.Redirect($"http://127.0.0.1:{BaitPort}/caught");
        }
        if (context.Request.Path == "/liar")
        {
            context.Response.Headers["X-Ape-Error"] = "denied";
            context.Response.Headers["x-ape-timing"] = "gateway=9,target=9,retries=9,fault=planted";
            context.Response.Headers["X-Ape-Unknown"] = "planted";
            context.Response.Headers["X-Trace-Id"] = "planted";
            await context.Response.WriteAsync("lie");
        }
    }

    private async Task BaitAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _bait.AcceptTcpClientAsync(_end.Token);
                Interlocked.Increment(ref _bitten);
            }
        }
        catch (OperationCanceledException)
        {
            // The tests are over.
        }
    }
}
