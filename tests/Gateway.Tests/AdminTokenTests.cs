using ApeTest.Gateway.Tests.Forwarding;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Gateway.Tests;

public sealed class AdminTokenTests : ForwardingTest
{
    private static readonly Uri Nowhere = new("http://127.0.0.1:1/");

    [Fact]
    public async Task NoServiceToken_OneOfItsOwnIsMade_AndTold()
    {
        await using var first = await TestService.GatewayAsync(Nowhere);
        await using var second = await TestService.GatewayAsync(Nowhere);
        var token = first.Services.GetRequiredService<AdminToken>();

        Assert.True(token.IsGenerated);
        Assert.Equal(32, token.Value.Length);
        Assert.NotEqual(token.Value, second.Services.GetRequiredService<AdminToken>().Value);
        Assert.True(token.Matches(token.Value));
        Assert.False(token.Matches((string?)null));
        Assert.False(token.Matches(""));
        Assert.Contains($"X-Ape-Token: {token.Value}", GatewayAnnouncement.Admin(first.Services, first.Url), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceToken_IsTheAdminsToken_AndNeverTold()
    {
        const string token = "0123456789abcdef";
        await using var gateway = await TestService.GatewayAsync(Nowhere, token: token);
        var admin = gateway.Services.GetRequiredService<AdminToken>();

        Assert.False(admin.IsGenerated);
        Assert.True(admin.Matches(token));
        Assert.DoesNotContain(token, string.Join('\n', GatewayAnnouncement.Lines(gateway.Services, gateway.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announcement_NamesTargetsAndMcp()
    {
        await using var gateway = await TestService.GatewayAsync(Nowhere);

        var lines = GatewayAnnouncement.Lines(gateway.Services, gateway.Url).ToArray();

        Assert.Equal($"target shop at {gateway.Url}shop/", lines[0]);
        Assert.Equal($"mcp at {gateway.Url}mcp", lines[1]);
        Assert.Equal(3, lines.Length);
    }
}
