using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Testing.Tests;

/// <summary>A small application under test with one operation, which can be made to fail or to hang.</summary>
internal sealed class Target : IAsyncDisposable
{
    private const string OpenApi = """
        {"openapi":"3.0.3","info":{"title":"notes","version":"1"},"paths":{
          "/notes":{"post":{"operationId":"createNote","summary":"Create a note","requestBody":{"required":true,"content":{"application/json":{"schema":{
              "type":"object","required":["text"],"properties":{"text":{"type":"string"}}}}}},"responses":{"201":{"description":"created"}}}}}}
        """;

    private readonly WebApplication _app;
    private int _requests;

    private Target(int status, TimeSpan delay)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/openapi.json", () => Results.Content(OpenApi, "application/json"));
        _app.MapPost("/notes", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            Interlocked.Increment(ref _requests);
            Tenant = request.Headers["X-Tenant"];
            Requested.TrySetResult();
            await Task.Delay(delay, TimeProvider.System, cancellationToken);
            return Results.Json(new { id = "n1" }, statusCode: status);
        });
    }

    public int Requests => Volatile.Read(ref _requests);

    public string? Tenant { get; private set; }

    public TaskCompletionSource Requested { get; } = new();

    public Uri Url => new(_app.Urls.First());

    public static async Task<Target> StartAsync(int status = 201, TimeSpan delay = default)
    {
        var target = new Target(status, delay);
        await target._app.StartAsync(TestContext.Current.CancellationToken);
        return target;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
