using System.Net;
using System.Text.Json;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Guard;

public class GuardTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:5100")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]:5100")]
    public async Task Request_LoopbackHost_IsServed(string host)
    {
        await using var service = await StartAsync(token: null);
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/work", headers => headers.Host = host)).StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example:5100")]
    [InlineData("192.168.1.10")]
    public async Task Request_ForeignHost_IsRefused(string host)
    {
        await using var service = await StartAsync(token: null);
        using var response = await service.SendAsync(HttpMethod.Get, "/work", headers => headers.Host = host);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Contains("Host", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Token, HttpStatusCode.OK)]
    [InlineData("0123456789abcdef0123456789abcdeX", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Forbidden)]
    public async Task Request_ForeignHost_IsServedToWhoShowsTheToken(string? shown, HttpStatusCode expected)
    {
        await using var service = await StartAsync(Token);
        Assert.Equal(expected, (await service.SendAsync(HttpMethod.Get, "/work", headers =>
        {
            headers.Host = "aspire.dev.internal:41873";
            if (shown is not null)
            {
                headers.Add(ServiceToken.HeaderName, shown);
            }
        })).StatusCode);
    }

    [Theory]
    [InlineData("http://localhost:3000", HttpStatusCode.OK)]
    [InlineData("http://127.0.0.1:5300", HttpStatusCode.OK)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task Request_Origin_MustBeLoopback(string origin, HttpStatusCode expected)
    {
        await using var service = await StartAsync(token: null);
        Assert.Equal(expected, (await service.SendAsync(HttpMethod.Post, "/work", headers => headers.Add("Origin", origin))).StatusCode);
        // Exemption from the token is no exemption from this.
        Assert.Equal(expected, (await service.SendAsync(HttpMethod.Get, "/health/live", headers => headers.Add("Origin", origin))).StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData("0123456789abcdef0123456789abcdeX", HttpStatusCode.Unauthorized)]
    [InlineData(Token, HttpStatusCode.OK)]
    public async Task Request_TokenConfigured_MustBeShown(string? shown, HttpStatusCode expected)
    {
        await using var service = await StartAsync(Token);
        using var response = await service.SendAsync(HttpMethod.Get, "/work", headers =>
        {
            if (shown is not null)
            {
                headers.Add(ServiceToken.HeaderName, shown);
            }
        });
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Request_TokenConfigured_HealthExemptAndMetricsTakeBearer()
    {
        await using var service = await StartAsync(Token);
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/open")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.SendAsync(HttpMethod.Get, "/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/metrics", headers => headers.Authorization = new("Bearer", Token))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.SendAsync(HttpMethod.Get, "/work", headers => headers.Authorization = new("Bearer", Token))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.SendAsync(HttpMethod.Get, "/no-such-path")).StatusCode);
    }

    [Theory]
    [InlineData("/bearer", "Bearer", Token, HttpStatusCode.OK)]
    [InlineData("/bearer", "bearer", Token, HttpStatusCode.OK)]
    [InlineData("/bearer", "Bearer", "another", HttpStatusCode.Unauthorized)]
    [InlineData("/bearer", "Basic", Token, HttpStatusCode.Unauthorized)]
    [InlineData("/work", "Bearer", Token, HttpStatusCode.Unauthorized)]
    public async Task Request_Authorization_IsTheTokenOnlyWhereTheEndpointSaysSo(string path, string scheme, string shown, HttpStatusCode expected)
    {
        await using var service = await StartAsync(Token);

        using var response = await service.SendAsync(HttpMethod.Get, path, headers => headers.Authorization = new(scheme, shown));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Start_TokenFile_IsReadAndTrimmed()
    {
        using var directory = new TempDirectory();
        var file = directory.Write("token", Token + "\n");
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" }, map: Map, configuration: [(EnvironmentNames.TokenFile, file)]);
        Assert.Equal(Token, service.App.Services.GetRequiredService<ServiceToken>().Value);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.SendAsync(HttpMethod.Get, "/work")).StatusCode);
    }

    [Fact]
    public async Task Start_TokenFileMissing_NamesIt()
    {
        using var directory = new TempDirectory();
        var file = directory.Combine("absent");
        var error = await Assert.ThrowsAsync<ServiceStartException>(
            () => TestService.StartAsync(new ServiceOptions { Service = "gateway" }, configuration: [(EnvironmentNames.TokenFile, file)]));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ShortToken_IsRefused()
    {
        var error = await Assert.ThrowsAsync<ServiceStartException>(() => StartAsync("short"));
        Assert.DoesNotContain("short\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("16", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0;http://[::]:0")]
    public async Task Start_OffLoopbackWithoutToken_IsRefused(string urls)
    {
        var error = await Assert.ThrowsAsync<ServiceStartException>(
            () => TestService.StartAsync(new ServiceOptions { Service = "gateway" }, url: urls));
        Assert.Contains("gateway", error.Message, StringComparison.Ordinal);
        Assert.Contains(EnvironmentNames.TokenFile, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_GuardOff_StrangersAreServed()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "shop", Guard = false }, map: Map);
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/work", headers => headers.Host = "shop.example")).StatusCode);
    }

    private static Task<TestService> StartAsync(string? token)
    {
        return TestService.StartAsync(new ServiceOptions { Service = "gateway", Token = token }, map: Map);
    }

    private static void Map(WebApplication app)
    {
        app.MapMethods("/work", ["GET", "POST"], () => "done");
        app.MapGet("/open", () => "open").WithMetadata(TokenExempt.Instance);
        app.MapGet("/bearer", () => "bearer").WithMetadata(BearerToken.Instance);
    }
}
