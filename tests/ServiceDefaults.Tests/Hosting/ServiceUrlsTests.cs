using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.ServiceDefaults.Tests.Hosting;

public class ServiceUrlsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5100", true)]
    [InlineData("http://localhost:5100", true)]
    [InlineData("http://[::1]:5100", true)]
    [InlineData("http://127.0.0.2:1", true)]
    [InlineData("http://0.0.0.0:5100", false)]
    [InlineData("http://*:5100", false)]
    [InlineData("http://+:5100", false)]
    [InlineData("http://[::]:5100", false)]
    [InlineData("http://10.0.0.5:5100", false)]
    public void IsLoopbackBinding_Address_AsExpected(string address, bool expected)
    {
        Assert.Equal(expected, ServiceUrls.IsLoopbackBinding(address));
    }

    [Fact]
    public async Task BoundUrl_FreePort_IsTheRealOne()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        Assert.NotEqual(0, service.App.BoundUrl().Port);
        Assert.Equal("127.0.0.1", service.App.BoundUrl().Host);
    }

    [Fact]
    public async Task Response_HasNoServerHeader()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" });
        using var response = await service.SendAsync(HttpMethod.Get, "/health/live");
        Assert.Empty(response.Headers.Server);
    }
}
