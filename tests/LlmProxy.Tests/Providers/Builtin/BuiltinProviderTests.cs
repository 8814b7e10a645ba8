using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;
using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin;

public sealed class BuiltinProviderTests
{
    [Fact]
    public async Task Stream_ADecision_HasOpenAisChunks()
    {
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options());
        var (response, body) = await proxy.ReadAsync(Request(stream: true));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var chunks = body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!).ToList();
        Assert.All(chunks, chunk =>
        {
            Assert.Equal("chat.completion.chunk", chunk["object"]!.ToString());
            Assert.Equal("builtin/planner", chunk["model"]!.ToString());
            Assert.Equal("builtin/planner", chunk["system_fingerprint"]!.ToString());
            Assert.Single(chunk["choices"]!.AsArray());
        });
        Assert.Equal("assistant", chunks[0]["choices"]![0]!["delta"]!["role"]!.ToString());
        var tool = chunks.Select(chunk => chunk["choices"]![0]!["delta"]!["tool_calls"]?[0]).OfType<JsonNode>().ToList();
        Assert.Equal("login", tool[0]["function"]!["name"]!.ToString());
        Assert.StartsWith("call_", tool[0]["id"]!.ToString(), StringComparison.Ordinal);
        var arguments = JsonNode.Parse(string.Concat(tool.Select(part => part["function"]!["arguments"]!.ToString())))!;
        Assert.Equal("user-0001", arguments["username"]!.ToString());
        Assert.Equal("tool_calls", chunks[^1]["choices"]![0]!["finish_reason"]!.ToString());
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        var measure = ProxyHost.Measure(body);
        Assert.Equal(0m, (decimal)measure["cost_usd"]!);
        Assert.True((bool)measure["estimated"]!);
        Assert.NotNull(measure["ttft_s"]);
    }

    [Fact]
    public async Task NotStreamed_ADecision_IsACompletion()
    {
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options());
        var (_, body) = await proxy.ReadAsync(Request(stream: false));
        var json = JsonNode.Parse(body)!;
        Assert.Equal("chat.completion", json["object"]!.ToString());
        Assert.Equal("login", json["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["name"]!.ToString());
        Assert.Equal("tool_calls", json["choices"]![0]!["finish_reason"]!.ToString());
        Assert.True((int)json["usage"]!["prompt_tokens"]! > 0);
    }

    [Fact]
    public async Task NoTools_AnyMessage_SaysWhatItIs()
    {
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options());
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat(stream: false, model: "builtin/planner"));
        Assert.Contains("not a language model", body, StringComparison.Ordinal);
        var (missing, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "builtin/other"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task TimingProfile_UnderFakeTime_IsKept()
    {
        var clock = new FakeTimeProvider();
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(change: options => options.Planner = new PlannerOptions { Ttft = TimeSpan.FromMilliseconds(50) }), clock);
        var reading = proxy.ReadAsync(Request(stream: true));
        await clock.WaitForTimersAsync(2, TestContext.Current.CancellationToken); // the call's deadline and the pause
        clock.Advance(TimeSpan.FromMilliseconds(50));
        var (_, body) = await reading;
        Assert.Equal(0.05, (double)ProxyHost.Measure(body)["ttft_s"]!, 9);
    }

    private static HttpRequestMessage Request(bool stream)
    {
        var body = JsonNode.Parse(PlannerSession.Request(PlannerSession.Opening("Log in as user-0001 / {{user.password}}, buy a mug."), new ShopApi().Tools))!;
        body["model"] = "builtin/planner";
        body["stream"] = stream;
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(body.ToJsonString()) };
        request.Headers.Add("X-Ape-Measure", "1");
        return request;
    }
}
