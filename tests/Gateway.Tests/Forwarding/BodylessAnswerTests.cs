namespace ApeTest.Gateway.Tests.Forwarding;

/// <summary>Answers of targets that the protocol does not allow: passed on as far as it does, and always counted.</summary>
public sealed class BodylessAnswerTests : ForwardingTest
{
    [Theory]
    [InlineData(204, "Content-Length: 2\r\n\r\n")]
    [InlineData(205, "Content-Length: 2\r\n\r\nhi")]
    [InlineData(205, "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData(304, "Content-Length: 2\r\n\r\n")]
    public async Task Forward_BodyWhereNoneMayBe_PassesWithoutItAndIsLogged(int status, string rest)
    {
        await using var target = new RawAnswer($"HTTP/1.1 {status} X\r\nConnection: close\r\n{rest}");
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync(Cancellation));
        var line = await log.NextAsync();
        Assert.Equal((status, "none"), (line["Status"], line["ErrorType"]));
        Assert.Empty(log.Complaints);
    }

    [Fact]
    public async Task Forward_SwitchOfProtocolsThatNobodyAskedFor_IsProtocol()
    {
        await using var target = new RawAnswer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        using var response = await SendAsync(gateway, "/shop/");

        Assert.Equal((502, "protocol"), ((int)response.StatusCode, (await ProblemAsync(response)).Error));
        Assert.Equal("protocol", (await log.NextAsync())["ErrorType"]);
    }
}
