using System.Net.Http.Headers;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ApeTest.ServiceDefaults.Tests;

/// <summary>A service with nothing but the defaults and what a test adds, on real Kestrel.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private TestService(WebApplication app)
    {
        App = app;
        Client = new HttpClient { BaseAddress = app.BoundUrl() };
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public static async Task<TestService> StartAsync(
        ServiceOptions options,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        string url = ServiceUrls.FreeLoopback,
        params (string Name, string Value)[] configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        foreach (var (name, value) in configuration)
        {
            // In a process of its own this is an environment variable.
            builder.Configuration[name] = value;
        }

        builder.WebHost.UseUrls(url);
        builder.AddServiceDefaults(options);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map?.Invoke(app);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new TestService(app);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path);
        headers?.Invoke(request.Headers);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(TestContext.Current.CancellationToken);
        await App.DisposeAsync();
    }
}
