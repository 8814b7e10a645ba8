using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Models;

public sealed class ReadinessTests
{
    [Theory]
    [InlineData("builtin/planner", LlmReadinessStatus.Ok, "")]
    [InlineData("up/test-model", LlmReadinessStatus.Ok, "")]
    [InlineData("up/llama3.2", LlmReadinessStatus.Ok, "")]
    [InlineData("up/test-modle", LlmReadinessStatus.UnknownModel, "up/test-model")]
    [InlineData("cerebras/gpt-oss-120b", LlmReadinessStatus.MissingKey, "CEREBRAS_API_KEY")]
    [InlineData("openai/gpt-4o", LlmReadinessStatus.MissingKey, "OPENAI_API_KEY")]
    [InlineData("down/m", LlmReadinessStatus.Unreachable, "127.0.0.1:1")]
    [InlineData("nowhere/m", LlmReadinessStatus.UnknownProvider, "cerebras")]
    [InlineData("gpt-4o", LlmReadinessStatus.UnknownProvider, "openai/gpt-4o")]
    public async Task Check_EachFinding_SaysWhatToDo(string model, LlmReadinessStatus status, string mentions)
    {
        await using var upstream = await FakeChatServer.StartAsync();
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream, options => options.Providers["down"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:1/v1" }));
        var result = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync(model, TestContext.Current.CancellationToken);
        Assert.Equal(status, result.Status);
        Assert.Contains(mentions, result.Message + " " + result.Hint, StringComparison.Ordinal);
        Assert.Equal(status == LlmReadinessStatus.Ok, result.Hint is null);

        var json = JsonNode.Parse(await proxy.Client.GetStringAsync($"/v1/readiness?model={model}", TestContext.Current.CancellationToken))!;
        Assert.Equal(result.Message, json["message"]!.ToString());
    }

    [Fact]
    public async Task Models_OverAllProviders_ArePrefixed()
    {
        await using var upstream = await FakeChatServer.StartAsync();
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream));
        var json = JsonNode.Parse(await proxy.Client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken))!;
        Assert.Equal("list", json["object"]!.ToString());
        var ids = json["data"]!.AsArray().Select(model => model!["id"]!.ToString()).ToList();
        Assert.Contains("builtin/planner", ids);
        Assert.Contains("up/test-model", ids);
        Assert.DoesNotContain(ids, id => id.StartsWith("cerebras/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OtherPath_Is404InOpenAisShape()
    {
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options());
        var (response, body) = await proxy.ReadAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/responses"));
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("unknown_url", ProxyHost.Code(body));
    }

    [Theory]
    [InlineData("x-ratelimit-limit-requests", "60", "x-ratelimit-limit-tokens", "100000", 60L, 100000L)]
    [InlineData("X-RateLimit-Limit-Requests-Day", "14400", "X-RateLimit-Limit-Tokens-Minute", "60000", null, 60000L)]
    [InlineData("x-ratelimit-limit-requests", "lots", "x-ratelimit-limit-tokens", "-1", null, null)]
    public void RateLimits_OfHeaders_AreAMinutes(string first, string firstValue, string second, string secondValue, long? requests, long? tokens) =>
        Assert.Equal(new RateLimits(requests, tokens), RateLimits.Read([new(first, firstValue), new(second, secondValue)]));

    [Theory]
    [InlineData("builtin/planner", true, null)]
    [InlineData("up/test-model", true, null)]
    [InlineData("paid/test-model", false, null)]
    [InlineData("openai/gpt-4o-2024-08-06", false, 2.5)]
    public async Task Check_ReadyModel_TellsItsTerms(string model, bool free, double? promptUsd)
    {
        await using var upstream = await FakeChatServer.StartAsync();
        upstream.Models = ["test-model", "gpt-4o-2024-08-06"];
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream, options =>
        {
            options.Providers["paid"] = new ProviderOptions { BaseUrl = upstream.BaseUrl, Free = false };
            options.Providers["openai"] = new ProviderOptions { BaseUrl = upstream.BaseUrl, Free = false };
        }));

        var result = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync(model, TestContext.Current.CancellationToken);

        Assert.Equal((free, (decimal?)promptUsd), (result.Terms!.Free, result.Terms.PromptUsd));
        Assert.Equal((null, null), (result.Terms.RequestsPerMinute, result.Terms.TokensPerMinute));
    }
}
