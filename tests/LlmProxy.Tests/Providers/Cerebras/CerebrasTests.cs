using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Providers.Cerebras;

public sealed class CerebrasTests : IAsyncLifetime
{
    private const string Gone = """{"message":"Model some-model-17b does not exist or you do not have access to it.","type":"not_found_error","param":"model","code":"model_not_found"}""";

    // As its API streams: no finish_reason until the end, a tool call whole in one chunk, everything final in the last chunk, and no [DONE].
    private static readonly string[] Chunks =
    [
        """{"id":"chatcmpl-9f","choices":[{"delta":{"role":"assistant"},"index":0}],"created":1,"model":"m","system_fingerprint":"fp_1","object":"chat.completion.chunk"}""",
        """{"id":"chatcmpl-9f","choices":[{"delta":{"content":"One moment."},"index":0}],"created":1,"model":"m","object":"chat.completion.chunk"}""",
        """{"id":"chatcmpl-9f","choices":[{"delta":{"tool_calls":[{"function":{"name":"buy","arguments":"{\"id\": 7}"},"type":"function","id":"3fcf9b1ae","index":0}]},"index":0}],"created":1,"model":"m","object":"chat.completion.chunk"}""",
        """{"id":"chatcmpl-9f","choices":[{"delta":{},"finish_reason":"tool_calls","index":0}],"created":1,"model":"m","object":"chat.completion.chunk","usage":{"prompt_tokens":71,"completion_tokens":9,"total_tokens":80,"prompt_tokens_details":{"cached_tokens":0}},"time_info":{"queue_time":0.0001,"prompt_time":0.002,"completion_time":0.004,"total_time":0.01,"created":1}}""",
    ];

    private FakeProvider _cerebras = null!;

    public async ValueTask InitializeAsync() => _cerebras = await FakeProvider.StartAsync();

    public ValueTask DisposeAsync() => _cerebras.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_AsCerebrasSendsIt_ReachesTheClientWhole(bool usage)
    {
        _cerebras.OnChat(FakeProvider.Stream(Chunks));
        await using var proxy = await StartAsync();
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/m", extra: usage ? ",\"stream_options\":{\"include_usage\":true}" : ""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var measure = ProxyHost.Measure(body);
        // Its usage stands in the last chunk, and goes only to who asked for one.
        var last = usage ? Chunks[^1] : Chunks[^1].Replace(""","usage":{"prompt_tokens":71,"completion_tokens":9,"total_tokens":80,"prompt_tokens_details":{"cached_tokens":0}},""", ",", StringComparison.Ordinal);
        Assert.Equal(usage, last.Contains("usage", StringComparison.Ordinal));
        Assert.Equal([.. Chunks[..^1], last, "[DONE]"], body.Split("\n\n").Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]));
        Assert.Equal((71, 9, false), ((int)measure["prompt_tokens"]!, (int)measure["completion_tokens"]!, (bool)measure["estimated"]!));
        Assert.Null(measure["error"]);
        var seen = _cerebras.Chats.Single();
        Assert.Equal("Bearer key-of-the-provider-1", seen.Headers["Authorization"]);
        Assert.Equal((4096, true), ((int)seen.Json["max_completion_tokens"]!, (bool)seen.Json["stream_options"]!["include_usage"]!));
    }

    [Theory]
    [InlineData("", 4096)]
    [InlineData(",\"max_completion_tokens\":77", 77)]
    [InlineData(",\"max_completion_tokens\": 77", 77)]
    [InlineData(",\"max_completion_tokens\":null", 4096)]
    [InlineData(",\"max_tokens\":55", 55)]
    [InlineData(",\"max_tokens\":55,\"max_completion_tokens\":77", 77)]
    [InlineData(",\"max_tokens\":null", 4096)]
    public async Task Send_WhateverTheClientStates_MaxCompletionTokensIsSentOnce(string extra, int expected)
    {
        _cerebras.OnChat(FakeProvider.Stream(Chunks));
        await using var proxy = await StartAsync();
        await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/m", extra: extra + ",\"seed\":12345678901234567890,\"stop\":[\"\\ud83d\\ude00\",\"\\ud800\"]"));
        var body = _cerebras.Chats.Single().Body;
        Assert.Equal(expected, (int)JsonNode.Parse(body)!["max_completion_tokens"]!); // a name twice would throw
        Assert.DoesNotContain("\"max_tokens\"", body, StringComparison.Ordinal);
        Assert.Contains("12345678901234567890", body, StringComparison.Ordinal);
        Assert.Contains("\\ud800", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooManyRequests_QuotaIsBackSoon_IsAskedAgainThen()
    {
        _cerebras.OnChat(context => Refuse(context, "0", "0.004"), FakeProvider.Stream(Chunks));
        await using var proxy = await StartAsync();
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/m"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, (int)ProxyHost.Measure(body)["retries"]!);
    }

    [Theory]
    [InlineData("0", "33.12")]
    [InlineData("4000", "33.12")] // some are left, fewer than the request is admitted by
    public async Task TooManyRequests_QuotaIsBackLater_IsPassedOnWithTheWait(string left, string reset)
    {
        _cerebras.OnChat(context => Refuse(context, left, reset));
        await using var proxy = await StartAsync();
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/m"));
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("34", response.Headers.GetValues("retry-after").Single());
        Assert.Equal(reset, response.Headers.GetValues("x-ratelimit-reset-tokens-minute").Single());
        var error = JsonNode.Parse(body)!["error"]!;
        Assert.Equal(("slow down", "too_many_requests_error", "quota", "request_quota_exceeded"),
            ((string?)error["message"], (string?)error["type"], (string?)error["param"], (string?)error["code"]));
        Assert.Single(_cerebras.Chats);
    }

    [Fact]
    public async Task TooManyRequests_QuotaIsLeft_IsRetriedAfterTheUsualPause()
    {
        _cerebras.OnChat(context => Refuse(context, "60000", "33.12"), FakeProvider.Stream(Chunks));
        await using var proxy = await StartAsync();
        var (response, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/m"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.TooManyRequests)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Stream_ErrorInside_KeepsItsStatusBeforeTheFirstEvent(bool started, HttpStatusCode status)
    {
        const string error = """{"error":{"message":"Tokens per minute limit exceeded","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"},"status_code":429}""";
        _cerebras.OnChat(FakeProvider.Stream(started ? [.. Chunks[..2], error] : [error]));
        await using var proxy = await StartAsync();
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/m"));
        Assert.Equal(status, response.StatusCode);
        Assert.Contains("token_quota_exceeded", body, StringComparison.Ordinal);
        Assert.Equal(started, body.EndsWith(Events.Done, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Model_Gone_NamesTheNearestOfTheCurrentOnes()
    {
        _cerebras.OnChat(FakeProvider.Json(Gone, 404));
        _cerebras.Answers["GET /v1/models"] = FakeProvider.Json("""{"object":"list","data":[{"id":"another-3b","object":"model"},{"id":"some-model-120b","object":"model"}]}""");
        await using var proxy = await StartAsync();
        for (var i = 0; i < 2; i++)
        {
            var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/some-model-17b"));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("model_not_found", ProxyHost.Code(body));
            Assert.Contains("the nearest is \\u0022cerebras/some-model-120b\\u0022", body, StringComparison.Ordinal);
        }

        Assert.Single(_cerebras.Requests, request => request.What == "GET /v1/models"); // 10 s old at most
    }

    [Fact]
    public async Task Model_GoneAndTheListFails_IsTheProvidersOwnError()
    {
        _cerebras.OnChat(FakeProvider.Json(Gone, 404));
        _cerebras.Answers["GET /v1/models"] = FakeProvider.Json("{}", 500);
        await using var proxy = await StartAsync();
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(model: "cerebras/some-model-17b"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.EndsWith("have access to it.", (string?)JsonNode.Parse(body)!["error"]!["message"], StringComparison.Ordinal);
    }

    private static Task Refuse(HttpContext context, string left, string reset)
    {
        context.Response.Headers["x-ratelimit-limit-tokens-minute"] = "60000";
        context.Response.Headers["x-ratelimit-remaining-tokens-minute"] = left;
        context.Response.Headers["x-ratelimit-reset-tokens-minute"] = reset;
        context.Response.Headers["x-ratelimit-remaining-requests-day"] = "14000";
        context.Response.Headers["x-ratelimit-reset-requests-day"] = "52000.5";
        return FakeProvider.Json("""{"message":"slow down","type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"}""", 429)(context);
    }

    private Task<ProxyHost> StartAsync() => ProxyHost.StartAsync(_cerebras.Options("cerebras"));
}
