using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Shop.Tests;

/// <summary>A shop of its own, on real Kestrel, with a client that logs in.</summary>
internal sealed class TestShop : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestShop(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, ActivityHeadersPropagator = null }) { BaseAddress = app.BoundUrl() };
    }

    public HttpClient Client { get; }

    public static async Task<TestShop> StartAsync(ShopOptions? options = null, TimeProvider? time = null, string? logDirectory = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(ServiceUrls.FreeLoopback);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.AddServiceDefaults(new ServiceOptions { Service = ShopExtensions.Service, Guard = false, LogDirectory = logDirectory });
        builder.AddShop(options ?? new ShopOptions());
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapShop();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestShop(app);
    }

    /// <summary>The token of a new login of seeded user <paramref name="user"/>.</summary>
    public async Task<string> LogInAsync(int user = 1)
    {
        var (name, password) = ShopSeed.User(user);
        var login = await SendAsync(HttpMethod.Post, "/auth/login", null, new { username = name, password });
        Assert.Equal(200, login.Status);
        return login.Body.GetProperty("token").GetString()!;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token = null, object? body = null, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        headers?.Invoke(request.Headers);
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            _ => JsonContent.Create(body),
        };
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(
            (int)response.StatusCode,
            text.Length == 0 ? default : JsonDocument.Parse(text).RootElement,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> AddAsync(string token, int product, int quantity)
    {
        return SendAsync(HttpMethod.Post, "/cart/items", token, new { productId = product, quantity });
    }

    public async Task<int> StockAsync(int product)
    {
        return (await SendAsync(HttpMethod.Get, $"/products/{product}")).Body.GetProperty("stock").GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
    }

    /// <summary>A response, read whole.</summary>
    public sealed record Answer(int Status, JsonElement Body, string? MediaType, Dictionary<string, string> Headers)
    {
        /// <summary>Asserts a problem document of this status and type, and returns its detail.</summary>
        public string Problem(int status, string type)
        {
            Assert.Equal(status, Status);
            Assert.Equal("application/problem+json", MediaType);
            Assert.Equal(status, Body.GetProperty("status").GetInt32());
            Assert.Equal("/problems/" + type, Body.GetProperty("type").GetString());
            return Body.GetProperty("detail").GetString()!;
        }
    }
}
