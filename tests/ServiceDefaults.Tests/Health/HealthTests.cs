using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ApeTest.ServiceDefaults.Tests.Health;

public class HealthTests
{
    [Fact]
    public async Task Live_Always_200()
    {
        await using var service = await TestService.StartAsync(new ServiceOptions { Service = "gateway" }, builder => builder.AddReadyGate("targets"));
        var live = await service.Client.GetFromJsonAsync<JsonElement>("/health/live", TestContext.Current.CancellationToken);
        Assert.Equal("live", live.GetProperty("status").GetString());
        Assert.Equal("gateway", live.GetProperty("service").GetString());
    }

    [Fact]
    public async Task Ready_GateOpensAndCloses_FollowsIt()
    {
        ReadyGate? gate = null;
        await using var service = await TestService.StartAsync(
            new ServiceOptions { Service = "gateway" }, builder => gate = builder.AddReadyGate("targets", "the gateway file is not read yet"));

        var (status, body) = await ReadyAsync(service);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("not_ready", body.GetProperty("status").GetString());
        Assert.Equal("the gateway file is not read yet", body.GetProperty("checks")[0].GetProperty("reason").GetString());

        gate!.Open();
        Assert.Equal(HttpStatusCode.OK, (await ReadyAsync(service)).Status);

        gate.Close("the target is gone");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ReadyAsync(service)).Status);
    }

    [Fact]
    public async Task Ready_RegisteredCheckFails_503WithItsReason()
    {
        await using var service = await TestService.StartAsync(
            new ServiceOptions { Service = "collector" },
            builder => builder.Services.AddHealthChecks().AddCheck("queue", () => HealthCheckResult.Unhealthy("no database")));
        var (status, body) = await ReadyAsync(service);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("no database", body.GetProperty("checks")[0].GetProperty("reason").GetString());
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> ReadyAsync(TestService service)
    {
        using var response = await service.SendAsync(HttpMethod.Get, "/health/ready");
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
