using System.Net;
using System.Text;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.LlmProxy.Tests.Faults;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Providers.OpenAi;

/// <summary>How providers are reached: over TLS, over HTTP/2, and with each request once.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Tls_CertificateThatNobodyTrusts_IsRefused()
    {
        await using var server = await FakeProvider.StartTlsAsync();
        server.OnChat(FakeProvider.Stream("[DONE]"));
        await using var proxy = await ProxyHost.StartAsync(server.Options("own"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "own/m"));
        Assert.Equal((HttpStatusCode.BadGateway, "tls"), (response.StatusCode, ProxyHost.Code(body)));
        Assert.Empty(server.Requests);
        Assert.DoesNotContain(proxy.Logs.Lines, line => line.Event == "llm.insecure");
    }

    [Fact]
    public async Task Tls_Insecure_IsAcceptedWithAWarningAndSpeaksHttp2()
    {
        var protocol = "";
        await using var server = await FakeProvider.StartTlsAsync();
        server.OnChat(context =>
        {
            protocol = context.Request.Protocol;
            return FakeChatServer.WriteAsync(context, Events.Hello);
        });
        await using var proxy = await ProxyHost.StartAsync(server.Options("own", options => options.Providers["own"].Insecure = true));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "own/m"));
        Assert.Equal((HttpStatusCode.OK, "HTTP/2"), (response.StatusCode, protocol));
        Assert.True((double)ProxyHost.Measure(body)["connect_s"]! > 0);
        var warning = Assert.Single(proxy.Logs.Lines, line => line.Event == "llm.insecure");
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.StartsWith($"own at {server.Url}/v1: any certificate is accepted", warning.Text, StringComparison.Ordinal);

        // The second call needs no connection of its own.
        (_, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "own/m"));
        Assert.Null(ProxyHost.Measure(body)["connect_s"]);
    }

    [Fact]
    public async Task Http2_ResetMidStream_IsTruncated()
    {
        await using var server = await FakeProvider.StartTlsAsync();
        var seen = new TaskCompletionSource();
        server.OnChat(async context =>
        {
            await FakeChatServer.WriteAsync(context, Events.Role, Events.Content("half"));
            await seen.Task.WaitAsync(TestContext.Current.CancellationToken); // a reset overtakes what is not read yet
            FakeChatServer.Abort(context);
        });
        await using var proxy = await ProxyHost.StartAsync(server.Options("own", options => options.Providers["own"].Insecure = true));
        using var response = await proxy.SendAsync(ProxyHost.Chat(model: "own/m"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("half", StringComparison.Ordinal))
        {
        }

        seen.SetResult();
        var body = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("stream_truncated", (string?)ProxyHost.Measure(body)["error"]);
        Assert.Single(server.Chats);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public async Task Send_ConnectionClosedWithoutAnswer_IsSentAsOftenAsItIsCounted(int retries, int requests)
    {
        await using var server = new RawUpstream(static _ => Task.CompletedTask); // reads a request and closes
        var options = ProxyHost.Options(change: options => options.Retry.Attempts = retries);
        options.Providers["own"] = new ProviderOptions { BaseUrl = server.BaseUrl };
        await using var proxy = await ProxyHost.StartAsync(options);
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "own/m"));
        Assert.Equal((HttpStatusCode.BadGateway, "reset"), (response.StatusCode, ProxyHost.Code(body)));
        Assert.Equal(requests, server.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_ReusedConnectionIsClosed_IsSentOnce(bool tls)
    {
        await using var server = tls ? await FakeProvider.StartTlsAsync() : await FakeProvider.StartAsync();
        server.OnChat(FakeProvider.Stream("""{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}"""), context =>
        {
            FakeChatServer.Abort(context);
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyHost.StartAsync(server.Options("own", options =>
        {
            options.Providers["own"].Insecure = tls;
            options.Retry.Attempts = 0;
        }));
        await proxy.ReadAsync(ProxyHost.Chat(model: "own/m"));
        var (response, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "own/m"));
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(2, server.Chats.Count);
    }

    [Fact]
    public async Task Message_WrittenASecondTime_Fails()
    {
        // What the handler does by itself after a GOAWAY or REFUSED_STREAM.
        using var message = new ProviderMessage(HttpMethod.Post, new Uri("http://127.0.0.1:1/"), TimeProvider.System);
        message.SetJson(Encoding.UTF8.GetBytes("{}"));
        using var first = new MemoryStream();
        await message.Content!.CopyToAsync(first, TestContext.Current.CancellationToken);
        using var second = new MemoryStream();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => message.Content.CopyToAsync(second, TestContext.Current.CancellationToken));
        Assert.Equal(HttpRequestError.ResponseEnded, (error as HttpIOException ?? error.InnerException as HttpIOException)?.HttpRequestError);
        Assert.Equal(("{}", 0L), (Encoding.UTF8.GetString(first.ToArray()), second.Length));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8000/v1", false)]
    [InlineData(null, false)]
    [InlineData("https://127.0.0.1:8000/v1", true)]
    public void Insecure_WhereNoCertificateCanBeMeant_IsAnError(string? url, bool valid)
    {
        var options = ProxyHost.Options(change: options => options.Providers["openai"] = new ProviderOptions { BaseUrl = url, Insecure = true });
        var error = Record.Exception(() => LlmProxyOptionsValidator.Validate(options));
        Assert.Equal(valid, error is null);
        Assert.True(valid || error!.Message.Contains("providers.openai.insecure: ", StringComparison.Ordinal));
    }
}
