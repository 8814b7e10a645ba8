using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Streaming;

/// <summary>WebSockets through the gateway.</summary>
public sealed class WebSocketTests : ForwardingTest
{
    [Fact]
    public async Task Forward_WebSocket_EchoesTextAndBinaryUnderThePolicy()
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await using var target = await EchoAsync(context =>
        {
            foreach (var header in context.Request.Headers)
            {
                seen[header.Key] = header.Value.ToString();
            }
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Headers["X-Tenant"] = "t1", log: log);
        var binary = RandomNumberGenerator.GetBytes(1 << 20);

        using (var client = await ConnectAsync(
            gateway, "/shop/chat?room=1", ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("baggage", "ape.run=r1"), ("X-Ape-Operation", "chat")))
        {
            Assert.Equal("v2.chat", client.SubProtocol);
            await client.SendAsync(Encoding.UTF8.GetBytes("grüße"), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
            Assert.Equal((WebSocketMessageType.Text, "grüße"), (await ReceiveAsync(client)) is var (type, text) ? (type, Encoding.UTF8.GetString(text)) : default);
            await client.SendAsync(binary, WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
            Assert.Equal(binary, (await ReceiveAsync(client)).Bytes);
            // While it is open there is no line.
            Assert.Empty(log.Lines);
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        }

        Assert.Equal(("4bf92f3577b34da6a3ce929d0e0e4736", "t1", target.Url.Authority), (seen["X-Trace-Id"], seen["X-Tenant"], seen["Host"]));
        Assert.DoesNotContain(seen.Keys, static name => name.Equals("baggage", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Ape-", StringComparison.OrdinalIgnoreCase));
        var line = await log.NextAsync();
        Assert.Equal(("/chat", 101, "none"), (line["Path"], line["Status"], line["ErrorType"]));
        Assert.Empty(log.Lines);
        Assert.Empty(log.Complaints);
    }

    [Fact]
    public async Task Forward_ClientCloses_TargetSeesCodeAndReason()
    {
        var closed = new TaskCompletionSource<(WebSocketCloseStatus?, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await SocketAsync(async socket =>
        {
            var result = await socket.ReceiveAsync(new byte[16], Cancellation);
            closed.SetResult((result.CloseStatus, result.CloseStatusDescription));
            await socket.CloseOutputAsync((WebSocketCloseStatus)4002, "bye too", Cancellation);
        });
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var client = await ConnectAsync(gateway, "/shop/");

        await client.CloseAsync((WebSocketCloseStatus)4001, "bye", Cancellation);

        Assert.Equal(((WebSocketCloseStatus)4001, "bye"), await closed.Task.Within(Cancellation));
        Assert.Equal(((WebSocketCloseStatus)4002, "bye too"), (client.CloseStatus!.Value, client.CloseStatusDescription));
    }

    [Fact]
    public async Task Forward_TargetCloses_ClientSeesCodeAndReason()
    {
        await using var target = await SocketAsync(static socket => socket.CloseOutputAsync((WebSocketCloseStatus)4003, "full", Cancellation));
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var client = await ConnectAsync(gateway, "/shop/");

        var result = await client.ReceiveAsync(new byte[16], Cancellation);

        Assert.Equal((WebSocketMessageType.Close, (WebSocketCloseStatus)4003, "full"), (result.MessageType, result.CloseStatus!.Value, result.CloseStatusDescription));
    }

    [Fact]
    public async Task Forward_ClientVanishes_TargetLearnsOfIt()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await SocketAsync(async socket =>
        {
            try
            {
                await socket.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
                await socket.ReceiveAsync(new byte[16], Cancellation);
            }
            finally
            {
                ended.SetResult();
            }
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        using var client = await ConnectAsync(gateway, "/shop/");
        await ReceiveAsync(client);

        client.Abort();

        await ended.Task.Within(Cancellation);
        Assert.Equal(101, (await log.NextAsync())["Status"]);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Forward_TargetVanishes_ClientLearnsOfIt()
    {
        await using var target = await TestService.TargetAsync(static async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[16], Cancellation);
            context.Abort();
        });
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, log: log);
        using var client = await ConnectAsync(gateway, "/shop/");

        await client.SendAsync("go"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        await Assert.ThrowsAsync<WebSocketException>(() => client.ReceiveAsync(new byte[16], Cancellation).Within(Cancellation));

        await log.NextAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Forward_WebSocketThatRests_IsCutAfterTheTimeout()
    {
        await using var target = await EchoAsync();
        var log = new LogLines();
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Timeout = "2s", log: log);
        using var client = await ConnectAsync(gateway, "/shop/");

        await Assert.ThrowsAsync<WebSocketException>(() => client.ReceiveAsync(new byte[16], Cancellation).Within(Cancellation));

        Assert.Equal("timeout", (await log.NextAsync())["ErrorType"]);
    }

    [Theory]
    [InlineData("/nobody/", null, 403)]
    [InlineData("/shop/secret/room", null, 403)]
    [InlineData("/shop/", "http://127.0.0.1:1", 403)]
    [InlineData("/shop/plain", null, 418)]
    public async Task Forward_WebSocketThatIsRefused_GetsTheAnswer(string path, string? origin, int status)
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.StatusCode = 418;
            return Task.CompletedTask;
        });
        await using var gateway = await TestService.GatewayAsync(target.Url, static options => options.Deny = ["GET /secret/**"]);
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            client.Options.SetRequestHeader("X-Ape-Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(new UriBuilder(new Uri(gateway.Url, path)) { Scheme = "ws" }.Uri, Cancellation));

        Assert.Equal((HttpStatusCode)status, client.HttpStatusCode);
    }

    private static Task<TestService> EchoAsync(Action<HttpContext>? look = null) => TestService.TargetAsync(async context =>
    {
        look?.Invoke(context);
        using var socket = await context.WebSockets.AcceptWebSocketAsync("v2.chat");
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer, Cancellation) is var result && result.MessageType != WebSocketMessageType.Close)
        {
            await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, Cancellation);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
    });

    private static Task<TestService> SocketAsync(Func<WebSocket, Task> handle) => TestService.TargetAsync(async context =>
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await handle(socket);
    });

    private static async Task<ClientWebSocket> ConnectAsync(TestService gateway, string path, params (string Name, string Value)[] headers)
    {
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol("v1.chat");
        client.Options.AddSubProtocol("v2.chat");
        foreach (var (name, value) in headers)
        {
            client.Options.SetRequestHeader(name, value);
        }
        await client.ConnectAsync(new UriBuilder(new Uri(gateway.Url, path)) { Scheme = "ws" }.Uri, Cancellation);
        return client;
    }

    private static async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, Cancellation).Within(Cancellation);
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                return (result.MessageType, message.ToArray());
            }
        }
    }
}
