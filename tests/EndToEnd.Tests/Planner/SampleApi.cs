using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>A sample served by real Kestrel on a free loopback port. Requests are served one at a time, so that samples need no locks.</summary>
internal sealed class SampleApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _turn = new(1);

    private SampleApi(WebApplication app, ISample sample)
    {
        _app = app;
        Sample = sample;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What is served.</summary>
    public ISample Sample { get; }

    /// <summary>Starts it.</summary>
    public static async Task<SampleApi> StartAsync(ISample sample, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        sample.Add(builder);
        var app = builder.Build();
        var api = new SampleApi(app, sample);
        app.Use(api.InTurnAsync);
        sample.Map(app);
        await app.StartAsync(cancellationToken);
        api.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return api;
    }

    /// <summary>A client of it, with the header that a tester would configure.</summary>
    public HttpClient Client()
    {
        var client = new HttpClient { BaseAddress = Url };
        if (Sample.Header?.Split(": ") is [var name, var value])
        {
            client.DefaultRequestHeaders.Add(name, value);
        }
        return client;
    }

    /// <summary>Serves a document that lies beside the tests.</summary>
    public static void MapDocument(WebApplication app, string path, string file) => app.MapGet(path, () => Results.File(
        Path.Combine(AppContext.BaseDirectory, "Planner", file), file.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/yaml"));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _turn.Dispose();
    }

    private async Task InTurnAsync(HttpContext context, RequestDelegate next)
    {
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            await next(context);
        }
        finally
        {
            _turn.Release();
        }
    }
}
