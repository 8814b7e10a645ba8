using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Providers.OpenAi;

public sealed class OpenAiWireTests : IAsyncLifetime
{
    // As OpenAI streams: calls in fragments by index, usage null until a chunk without choices, fields that nobody knows yet.
    private static readonly string[] Chunks =
    [
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"buy","arguments":""}}],"refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x1"}""",
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"na"}}]},"finish_reason":null}],"usage":null,"obfuscation":"y"}""",
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"me\":\"é\"}"}}]},"finish_reason":null}],"usage":null}""",
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}],"usage":null}""",
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]},"finish_reason":null}],"usage":null}""",
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}""",
        """{"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1,"model":"m-2026","choices":[],"usage":{"prompt_tokens":82,"completion_tokens":17,"total_tokens":99,"completion_tokens_details":{"reasoning_tokens":0}}}""",
    ];

    private FakeProvider _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeProvider.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Stream_InFragments_ReachesTheClientByteForByte()
    {
        _server.OnChat(FakeProvider.Stream([.. Chunks, "[DONE]"]));
        await using var proxy = await ProxyHost.StartAsync(_server.Options("openai"));
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "openai/m"));
        Assert.Equal([.. Chunks[..^1], "[DONE]"], body.Split("\n\n").Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]));
        var measure = ProxyHost.Measure(body);
        Assert.Equal((82, 17), ((int)measure["prompt_tokens"]!, (int)measure["completion_tokens"]!));
    }

    [Fact]
    public async Task LlamaCpp_FirstDeltaWithNullContent_IsNoToken()
    {
        _server.OnChat(FakeProvider.Stream(
            """{"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1,"id":"chatcmpl-x","model":"any","object":"chat.completion.chunk"}""",
            """{"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"created":1,"id":"chatcmpl-x","model":"any","object":"chat.completion.chunk"}""",
            """{"choices":[],"created":1,"id":"chatcmpl-x","model":"any","object":"chat.completion.chunk","usage":{"completion_tokens":1,"prompt_tokens":9,"total_tokens":10},"timings":{"prompt_n":9}}"""));
        await using var proxy = await ProxyHost.StartAsync(_server.Options("local"));
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "local/any"));
        Assert.Null(ProxyHost.Measure(body)["ttft_s"]);
        Assert.Null(ProxyHost.Measure(body)["error"]);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    public async Task LlamaCpp_JsonForAStream_BecomesTheStream(string type)
    {
        _server.OnChat(context =>
        {
            context.Response.ContentType = type;
            return FakeChatServer.WriteAsync(context,
                """{"choices":[{"finish_reason":"tool_calls","index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":{"name":"buy","arguments":"{\"id\":""",
                """7}"},"id":"a"},{"type":"function","function":{"name":"look","arguments":"{}"},"id":"b"}]}}],"created":1,"model":"any","object":"chat.completion","usage":{"completion_tokens":5,"prompt_tokens":9,"total_tokens":14},"id":"chatcmpl-x"}""");
        });
        await using var proxy = await ProxyHost.StartAsync(_server.Options("local"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "local/any"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var data = body.Split("\n\n").Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]).ToArray();
        Assert.Equal((3, "[DONE]"), (data.Length, data[^1]));
        var first = JsonNode.Parse(data[0])!;
        Assert.Equal("chat.completion.chunk", (string?)first["object"]);
        var calls = first["choices"]![0]!["delta"]!["tool_calls"]!.AsArray();
        Assert.Equal([(0, "{\"id\":7}"), (1, "{}")], calls.Select(call => ((int)call!["index"]!, (string)call["function"]!["arguments"]!)));
        Assert.Equal("tool_calls", (string?)JsonNode.Parse(data[1])!["choices"]![0]!["finish_reason"]);
        Assert.Equal((9, 5), ((int)ProxyHost.Measure(body)["prompt_tokens"]!, (int)ProxyHost.Measure(body)["completion_tokens"]!));
    }

    [Fact]
    public async Task Stream_UnderTheWrongName_IsAStreamAllTheSame()
    {
        _server.OnChat(context =>
        {
            context.Response.ContentType = "application/json";
            return FakeChatServer.WriteAsync(context, Events.Hello);
        });
        await using var proxy = await ProxyHost.StartAsync(_server.Options("local"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "local/any"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"Hel\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""", 200, 503)]
    [InlineData("""{"error":{"code":400,"message":"exceeds the context","type":"exceed_context_size_error","n_prompt_tokens":9}}""", 400, 400)]
    public async Task LlamaCpp_NumericCode_IsATextAndTheStatus(string error, int sent, int status)
    {
        _server.OnChat(FakeProvider.Json(error, sent));
        await using var proxy = await ProxyHost.StartAsync(_server.Options("local", options => options.Retry.Attempts = 0));
        foreach (var stream in (bool[])[true, false])
        {
            var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(stream, model: "local/any"));
            Assert.Equal((HttpStatusCode)status, response.StatusCode);
            Assert.Equal($"{status}", ProxyHost.Code(body));
        }
    }
}
