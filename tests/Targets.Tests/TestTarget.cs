using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Targets.Tests;

/// <summary>A real target: Kestrel on a free loopback port, with one handler for every path.</summary>
internal sealed class TestTarget : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestTarget(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.First());
    }

    public Uri Url { get; }

    public static async Task<TestTarget> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestTarget(app);
    }

    public async ValueTask DisposeAsync()
    {
        // A handler that hangs on purpose must not hold up the end of its test.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
