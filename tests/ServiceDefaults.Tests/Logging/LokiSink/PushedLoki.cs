using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Tests.Logging.LokiSink;

/// <summary>Loki's push API (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs): keeps what it is sent, or refuses it.</summary>
internal sealed class PushedLoki : IAsyncDisposable
{
    private readonly TestService _service;

    private PushedLoki(TestService service) => _service = service;

    public string Url => _service.Client.BaseAddress!.ToString();

    /// <summary>Streams as they came, one for each push and set of labels.</summary>
    public ConcurrentQueue<(Dictionary<string, string> Labels, (DateTimeOffset At, string Line)[] Lines)> Streams { get; } = new();

    public IEnumerable<string> Lines => Streams.SelectMany(stream => stream.Lines.Select(line => line.Line));

    /// <summary>Requests to another address than the push API's.</summary>
    public ConcurrentQueue<string> Strays { get; } = new();

    /// <summary>The header <c>Authorization</c> of each push; empty where it had none.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    public int Status { get; set; } = StatusCodes.Status204NoContent;

    public static async Task<PushedLoki> StartAsync()
    {
        PushedLoki? loki = null;
        var service = await TestService.StartAsync(new ServiceOptions { Service = "loki", Guard = false }, map: app =>
        {
            app.MapPost("/loki/api/v1/push", async context => context.Response.StatusCode = await loki!.TakeAsync(context));
            app.MapFallback((HttpContext context) => loki!.Strays.Enqueue(context.Request.Path));
        });
        return loki = new PushedLoki(service);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task<int> TakeAsync(HttpContext context)
    {
        Assert.Equal("application/json", context.Request.ContentType);
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        foreach (var stream in body.RootElement.GetProperty("streams").EnumerateArray())
        {
            Streams.Enqueue((
                stream.GetProperty("stream").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!),
                [.. stream.GetProperty("values").EnumerateArray().Select(value => (
                    DateTimeOffset.UnixEpoch.AddTicks(long.Parse(value[0].GetString()!, CultureInfo.InvariantCulture) / 100), value[1].GetString()!))]));
        }

        return Status;
    }
}
