using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>An OTLP collector of the tests' own: http/protobuf and gRPC (opentelemetry.io/docs/specs/otlp), and Loki's path for logs.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const int GrpcPrefix = 5;

    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Url => _app.BoundUrl();

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    public ConcurrentQueue<ReceivedMetric> Metrics { get; } = new();

    public ConcurrentQueue<ReceivedLog> Logs { get; } = new();

    /// <summary>Paths and the value of the header <c>x-key</c> of all requests.</summary>
    public ConcurrentQueue<(string Path, string Key)> Requests { get; } = new();

    /// <param name="grpc">Whether it speaks HTTP/2 without TLS, as gRPC needs, and nothing else.</param>
    public static async Task<OtlpReceiver> StartAsync(bool grpc = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/{signal}", (HttpContext context, string signal) => receiver.TakeAsync(context, signal));
        app.MapPost("/otlp/v1/{signal}", (HttpContext context, string signal) => receiver.TakeAsync(context, signal));
        app.MapPost("/opentelemetry.proto.collector.{signal}.v1.{service}/Export", (HttpContext context, string signal) => receiver.TakeGrpcAsync(context, signal));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context, string signal)
    {
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        Take(context, signal, await BodyAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    private async Task TakeGrpcAsync(HttpContext context, string signal)
    {
        var body = await BodyAsync(context);
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1));
        Take(context, signal == "trace" ? "traces" : signal, body.AsMemory(GrpcPrefix, length));
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[GrpcPrefix], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private void Take(HttpContext context, string signal, ReadOnlyMemory<byte> message)
    {
        Requests.Enqueue((context.Request.Path.Value!, context.Request.Headers["x-key"].ToString()));
        foreach (var resource in new Protobuf(message).Messages(1))
        {
            var about = resource.Message(1)?.Attributes(1) ?? [];
            foreach (var scope in resource.Messages(2))
            {
                foreach (var item in scope.Messages(2))
                {
                    Take(signal, about, scope.Message(1)?.Text(1) ?? "", item);
                }
            }
        }
    }

    private void Take(string signal, Dictionary<string, string> resource, string scope, Protobuf item)
    {
        switch (signal)
        {
            case "traces":
                Spans.Enqueue(new ReceivedSpan(resource["service.name"], scope, item.Hex(1), item.Hex(2), item.Hex(4), item.Text(5), resource));
                break;
            case "metrics":
                Metrics.Enqueue(new ReceivedMetric(resource["service.name"], item.Text(1), item.Text(3)));
                break;
            default:
                Logs.Enqueue(new ReceivedLog(resource["service.name"], (long)item.Number(1), (int)item.Number(2), item.Text(3), item.Message(5)?.Text(1) ?? "", item.Hex(9), item.Hex(10), item.Attributes(6), resource));
                break;
        }
    }
}

/// <summary>A span.</summary>
internal sealed record ReceivedSpan(string Service, string Scope, string Trace, string Id, string Parent, string Name, Dictionary<string, string> Resource);

/// <summary>A metric.</summary>
internal sealed record ReceivedMetric(string Service, string Name, string Unit);

/// <summary>A log record.</summary>
internal sealed record ReceivedLog(string Service, long Nanoseconds, int SeverityNumber, string Severity, string Body, string Trace, string Span, Dictionary<string, string> Attributes, Dictionary<string, string> Resource);
