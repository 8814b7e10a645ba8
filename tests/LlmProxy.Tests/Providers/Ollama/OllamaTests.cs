using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Providers.Ollama;

public sealed class OllamaTests : IAsyncLifetime
{
    private const string Tags = """{"models":[{"name":"llama3.2:latest","model":"llama3.2:latest","size":2019393189,"details":{"family":"llama"}},{"name":"qwen3:8b","model":"qwen3:8b"}]}""";
    private const string Busy = """{"error":{"message":"server busy, please try again.  maximum pending requests exceeded","type":"api_error","param":null,"code":null}}""";

    // As its /v1 streams: the role in every delta, tool calls whole, a usage chunk, [DONE].
    private static readonly string[] Chunks =
    [
        """{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1,"model":"llama3.2","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}""",
        """{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1,"model":"llama3.2","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"lo"},"finish_reason":null}]}""",
        """{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1,"model":"llama3.2","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}""",
        """{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1,"model":"llama3.2","system_fingerprint":"fp_ollama","choices":[],"usage":{"prompt_tokens":26,"completion_tokens":2,"total_tokens":28}}""",
    ];

    private FakeProvider _ollama = null!;

    public async ValueTask InitializeAsync()
    {
        _ollama = await FakeProvider.StartAsync();
        _ollama.Answers["GET /api/tags"] = FakeProvider.Json(Tags);
    }

    public ValueTask DisposeAsync() => _ollama.DisposeAsync();

    [Theory]
    [InlineData("", 3)]
    [InlineData(",\"stream_options\":{\"include_usage\":true}", 4)]
    public async Task Stream_AsOllamaSendsIt_UsageReachesOnlyWhoAsked(string extra, int chunks)
    {
        _ollama.OnChat(FakeProvider.Stream([.. Chunks, "[DONE]"]));
        await using var proxy = await StartAsync();
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "ollama/llama3.2", extra: extra));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([.. Chunks[..chunks], "[DONE]"], body.Split("\n\n").Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]));
        var measure = ProxyHost.Measure(body);
        Assert.Equal((26, 2, 0m), ((int)measure["prompt_tokens"]!, (int)measure["completion_tokens"]!, (decimal)measure["cost_usd"]!));
        Assert.Null(measure["error"]);
    }

    [Theory]
    [InlineData(",\"max_completion_tokens\":77", 77)]
    [InlineData(",\"max_tokens\":55", 55)]
    [InlineData("", null)]
    public async Task Send_TokenLimit_GoesUnderTheNameThatOllamaReads(string extra, int? expected)
    {
        _ollama.OnChat(FakeProvider.Stream(Chunks));
        await using var proxy = await StartAsync();
        await proxy.ReadAsync(ProxyHost.Chat(model: "ollama/llama3.2", extra: extra));
        var json = _ollama.Chats.Single().Json;
        Assert.Equal(expected, (int?)json["max_tokens"]);
        Assert.False(json.ContainsKey("max_completion_tokens"));
    }

    [Fact]
    public async Task Models_ComeFromTheTagsAtTheHostsRoot()
    {
        await using var proxy = await StartAsync();
        var ids = JsonNode.Parse(await proxy.Client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken))!["data"]!.AsArray().Select(model => (string?)model!["id"]);
        Assert.Equal(["builtin/planner", "ollama/llama3.2:latest", "ollama/qwen3:8b"], ids);
        Assert.Equal("GET /api/tags", _ollama.Requests.Single().What);
    }

    [Fact]
    public async Task Models_WhereOnlyV1IsLetThrough_ComeFromIt()
    {
        _ollama.Answers.Clear();
        _ollama.Answers["GET /v1/models"] = FakeProvider.Json("""{"object":"list","data":[{"id":"a:1b","object":"model","owned_by":"library"}]}""");
        await using var proxy = await StartAsync();
        var result = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync("ollama/a:1b", TestContext.Current.CancellationToken);
        Assert.Equal(LlmReadinessStatus.Ok, result.Status);
    }

    [Theory]
    [InlineData("""{"error":{"message":"model \"llama3\" not found, try pulling it first","type":"not_found_error","param":null,"code":null}}""")]
    [InlineData("""{"error":"model 'llama3' not found"}""")]
    public async Task Model_NotPulled_SaysHowToPullItAndWhatIsThere(string error)
    {
        _ollama.OnChat(FakeProvider.Json(error, 404));
        await using var proxy = await StartAsync();
        foreach (var stream in (bool[])[true, false])
        {
            var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(stream, model: "ollama/llama3"));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("model_not_found", ProxyHost.Code(body));
            var message = (string?)JsonNode.Parse(body)!["error"]!["message"];
            Assert.EndsWith("; pull it with: ollama pull llama3 (pulled and nearest: \"ollama/llama3.2:latest\")", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task QueueFull_ThenFree_IsRetried()
    {
        _ollama.OnChat(FakeProvider.Json(Busy, 503), FakeProvider.Stream(Chunks));
        await using var proxy = await StartAsync();
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "ollama/llama3.2"));
        Assert.Equal(1, (int)ProxyHost.Measure(body)["retries"]!);
    }

    [Fact]
    public async Task QueueFull_ForEver_AnotherIsAsked()
    {
        _ollama.OnChat(FakeProvider.Json(Busy, 503));
        await using var other = await FakeChatServer.StartAsync();
        var options = _ollama.Options("ollama");
        options.Providers["up"] = new() { BaseUrl = other.BaseUrl };
        options.Aliases["small"] = ["ollama/llama3.2", "up/test-model"];
        await using var proxy = await ProxyHost.StartAsync(options);
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "small"));
        Assert.Equal(("up", 1), ((string?)ProxyHost.Measure(body)["provider"], (int)ProxyHost.Measure(body)["failovers"]!));
        Assert.Equal(3, _ollama.Chats.Count);
    }

    private Task<ProxyHost> StartAsync() => ProxyHost.StartAsync(_ollama.Options("ollama"));
}
