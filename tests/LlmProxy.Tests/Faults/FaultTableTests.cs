using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Faults;

public sealed class FaultTableTests
{
    public static TheoryData<string> Names => [.. Faults.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Fault_IsToldCountedAndLeavesNothingBehind(string name)
    {
        var fault = Faults.All[name];
        var token = TestContext.Current.CancellationToken;
        await using var upstream = new RawUpstream(fault.Script);
        await using var proxy = await ProxyHost.StartAsync(Options(upstream.BaseUrl));
        using var requests = new RequestCounts(proxy.Services);

        // 1. What the client is told.
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(fault.Stream));
        Assert.Equal(fault.Status, (int)response.StatusCode);
        var streamed = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        Assert.Equal(fault.Stream && fault.Status == 200, streamed);
        var measure = streamed ? ProxyHost.Measure(body) : JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!.AsObject();
        Assert.Equal(fault.Error, (string?)measure["error"] ?? "none");
        Assert.Contains(fault.Holds ?? "", body, StringComparison.Ordinal);
        if (streamed)
        {
            Assert.EndsWith(Events.Done, body, StringComparison.Ordinal);
            Assert.Equal(fault.Error != "none", body.Contains("\"error\":{\"message\"", StringComparison.Ordinal));
        }
        else if (fault.Error != "none")
        {
            var error = JsonNode.Parse(body)!["error"]!.AsObject();
            Assert.Equal(["message", "type", "param", "code"], error.Select(pair => pair.Key));
            Assert.NotEqual("", (string?)error["message"]);
        }

        // 2. What is counted.
        Assert.Equal(fault.Requests, upstream.Requests);
        Assert.Equal(fault.Requests - 1, (int)measure["retries"]!);
        await requests.UntilAsync(1, token);
        Assert.Equal([fault.Error], requests.ErrorTypes);

        // 3. Nothing is left: no connection, no place in the queue, and the next call is as good as ever.
        upstream.Script = exchange => exchange.StreamAsync(Events.Hello);
        var places = Options(upstream.BaseUrl).Queue.Concurrency;
        for (var i = 0; i <= places; i++)
        {
            var (_, good) = await proxy.ReadAsync(ProxyHost.Chat());
            Assert.Contains("Hel", good, StringComparison.Ordinal);
        }

        while (upstream.Open > 0)
        {
            token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, token);
        }
    }

    [Fact]
    public async Task Refused_IsToldAndRetried()
    {
        await using var proxy = await ProxyHost.StartAsync(Options("http://127.0.0.1:1/v1"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("connect", ProxyHost.Code(body));
        Assert.Equal(2, (int)JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!["retries"]!);
    }

    [Fact]
    public async Task NameThatDoesNotResolve_IsTold()
    {
        await using var proxy = await ProxyHost.StartAsync(Options("http://nobody.invalid/v1"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("dns", ProxyHost.Code(body));
    }

    [Fact]
    public async Task TlsThatFails_IsTold()
    {
        // It answers the handshake in plain text.
        var token = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(
            async () =>
            {
                for (var i = 0; i < 3; i++)
                {
                    using var client = await listener.AcceptTcpClientAsync(token);
                    await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), token);
                }
            },
            token);
        await using var proxy = await ProxyHost.StartAsync(Options($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat());
        await serving.WaitAsync(token);
        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("tls", ProxyHost.Code(body));
    }

    [Fact]
    public async Task Arguments_SplitAtAnyByte_ArriveWholeAndOnce()
    {
        const string arguments = """{"text":"Grüße 🐒 \"quoted\""}""";
        var whole = System.Text.Encoding.UTF8.GetBytes(Events.Role + Events.Tool($"\"id\":\"call_1\",\"type\":\"function\",\"function\":{{\"name\":\"say\",\"arguments\":{System.Text.Json.JsonSerializer.Serialize(arguments)}}}") + Events.Finish + Events.Usage + Events.Done);
        await using var upstream = new RawUpstream(async exchange =>
        {
            // The nth request is split at the nth byte.
            await exchange.WriteAsync(RawExchange.StreamHead);
            await exchange.WriteAsync(whole[..(exchange.Number - 1)]);
            await exchange.WriteAsync(whole[(exchange.Number - 1)..]);
        });
        await using var proxy = await ProxyHost.StartAsync(Options(upstream.BaseUrl));
        for (var at = 0; at < whole.Length; at += 1)
        {
            var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(measure: false));
            var sent = body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!)
                .SelectMany(chunk => chunk["choices"]!.AsArray()).Select(choice => choice!["delta"]!["tool_calls"]?[0]?["function"]?["arguments"]?.ToString()).Where(text => text is not null);
            Assert.Equal(arguments, string.Concat(sent));
        }
    }

    private static LlmProxyOptions Options(string url)
    {
        var options = ProxyHost.Options();
        var limit = TimeSpan.FromMilliseconds(1500);
        options.Providers["up"] = new ProviderOptions { BaseUrl = url };
        options.Breaker = null;
        options.Queue.Concurrency = 3;
        options.MaxEventBytes = 16 << 10;
        options.Timeouts = new TimeoutOptions { Connect = limit, Headers = limit, FirstToken = limit, InterToken = limit, Total = limit * 2 };
        return options;
    }
}
