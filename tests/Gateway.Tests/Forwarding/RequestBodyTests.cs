using System.Net.Sockets;
using System.Text;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Forwarding;

/// <summary>Who is blamed for a request body that does not arrive.</summary>
public sealed class RequestBodyTests : ForwardingTest
{
    [Theory]
    [InlineData("Content-Length: 100000\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task Forward_ClientLeavesDuringUpload_IsClientGone(string rest)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await TestService.TargetAsync(async context =>
        {
            arrived.TrySetResult();
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(gateway.Url.Host, gateway.Url.Port, Cancellation);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"POST /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{rest}"), Cancellation);
            await arrived.Task.WaitAsync(TestTimeouts.Default, Cancellation);
        }

        Assert.Equal("client_gone", (await log.NextAsync())["ErrorType"]);
    }

    [Fact]
    public async Task Forward_MalformedBody_IsBadRequest()
    {
        await using var target = await TestService.TargetAsync(static async context => await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);

        var answer = await RawAsync(gateway.Url, "POST /shop/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("X-Ape-Error: bad_request", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("bad_request", (await log.NextAsync())["ErrorType"]);
    }
}
