using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Providers;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Models;

public sealed class ModelsTests : IAsyncLifetime
{
    private const string List = """{"object":"list","data":[{"id":"org/large-7b","object":"model"},{"id":"small-1b","object":"model"}]}""";

    private FakeProvider _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeProvider.StartAsync();
        _server.Answers["GET /v1/models"] = FakeProvider.Json(List);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task List_HoldsAliasesAndModelsAndNamesWhoCannotBeAsked()
    {
        await using var proxy = await StartAsync();
        var json = await GetAsync(proxy, "/v1/models");
        Assert.Equal(["fast", "gone", "builtin/planner", "own/org/large-7b", "own/small-1b"], json["data"]!.AsArray().Select(model => (string?)model!["id"]));
        Assert.All(json["data"]!.AsArray(), model => Assert.Equal(("model", 0), ((string?)model!["object"], (int)model["created"]!)));
        Assert.Equal(["cerebras/x", "own/small-1b"], json["data"]![0]!["models"]!.AsArray().Select(model => (string?)model));
        Assert.Equal(
            [("cerebras", "missing_key"), ("down", "connect"), ("ollama", "connect"), ("openai", "missing_key")],
            json["unavailable"]!.AsArray().Select(one => ((string)one!["provider"]!, (string)one["code"]!)));
        Assert.Contains("CEREBRAS_API_KEY", (string?)json["unavailable"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_AskedOften_AsksTheProviderOnceInTenSeconds()
    {
        var clock = new FakeTimeProvider();
        await using var proxy = await StartAsync(clock);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => GetAsync(proxy, "/v1/models")));
        clock.Advance(TimeSpan.FromSeconds(9.9));
        await GetAsync(proxy, "/v1/models");
        Assert.Single(_server.Requests);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        await GetAsync(proxy, "/v1/models");
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task List_ProviderThatHangs_IsGivenUpAfterThreeSeconds()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        _server.Answers["GET /v1/models"] = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        await using var proxy = await StartAsync(clock);
        var list = GetAsync(proxy, "/v1/models");
        await TestTimeouts.Within(asked.Task, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(3));
        var json = await TestTimeouts.Within(list, TestContext.Current.CancellationToken);
        Assert.Contains(json["unavailable"]!.AsArray(), one => (string?)one!["provider"] == "own" && (string?)one["code"] == "timeout_total");
        Assert.Contains(json["data"]!.AsArray(), model => (string?)model!["id"] == "builtin/planner");
    }

    [Theory]
    [InlineData("builtin/planner", "builtin")]
    [InlineData("builtin%2Fplanner", "builtin")]
    [InlineData("own/org/large-7b", "own")]
    [InlineData("own%2Forg%2flarge-7b", "own")]
    [InlineData("fast", "apetest")]
    public async Task Get_Known_IsTheModel(string path, string owner)
    {
        await using var proxy = await StartAsync();
        var json = await GetAsync(proxy, "/v1/models/" + path);
        Assert.Equal((Uri.UnescapeDataString(path), "model", owner), ((string)json["id"]!, (string)json["object"]!, (string)json["owned_by"]!));
    }

    [Theory]
    [InlineData("own/smal-1b", 404, "model_not_found", "the nearest is \"own/small-1b\"")]
    [InlineData("nowhere/m", 404, "model_not_found", "provider/model")]
    [InlineData("small-1b", 404, "model_not_found", "provider/model")]
    [InlineData("cerebras/m", 401, "missing_provider_key", "CEREBRAS_API_KEY")]
    [InlineData("down/m", 502, "provider_unreachable", "127.0.0.1:1")]
    [InlineData("gone", 404, "model_not_found", "own/small-1b")]
    public async Task Get_Unknown_IsAnErrorInOpenAisShape(string model, int status, string code, string says)
    {
        await using var proxy = await StartAsync();
        using var response = await proxy.Client.GetAsync("/v1/models/" + model, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(((HttpStatusCode)status, code), (response.StatusCode, ProxyHost.Code(body)));
        Assert.Contains(says, (string?)JsonNode.Parse(body)!["error"]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fast", LlmReadinessStatus.Ok, "own", "fast: cerebras needs a key and CEREBRAS_API_KEY is not set; own/small-1b is ready at ")]
    [InlineData("", LlmReadinessStatus.Ok, "own", ": cerebras needs a key")]
    [InlineData("gone", LlmReadinessStatus.UnknownModel, "own", "has no model \"old-1b\"; down at http://127.0.0.1:1/v1 is unreachable")]
    public async Task Readiness_OfAnAlias_IsThatOfItsFirstReadyModel(string model, LlmReadinessStatus status, string provider, string says)
    {
        await using var proxy = await StartAsync();
        var result = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync(model, TestContext.Current.CancellationToken);
        Assert.Equal((status, provider), (result.Status, result.Provider));
        Assert.Contains(says, result.Message, StringComparison.Ordinal);
        Assert.Equal(status == LlmReadinessStatus.Ok, result.Terms is not null);
    }

    [Theory]
    [InlineData("""{"id":"model.gguf","object":"model","owned_by":"llamacpp","meta":{}}""", LlmReadinessStatus.Ok)]
    [InlineData("""{"id":"model.gguf","object":"model","owned_by":"llamacpp","status":{"value":"loaded"}}""", LlmReadinessStatus.UnknownModel)]
    [InlineData("""{"id":"model.gguf","object":"model","owned_by":"vllm"}""", LlmReadinessStatus.UnknownModel)]
    public async Task Readiness_OfLlamaCpp_TakesAnyName(string entry, LlmReadinessStatus status)
    {
        _server.Answers["GET /v1/models"] = FakeProvider.Json($$"""{"object":"list","data":[{{entry}}]}""");
        await using var proxy = await StartAsync();
        var result = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync("own/whatever", TestContext.Current.CancellationToken);
        Assert.Equal(status, result.Status);
        Assert.Equal(status == LlmReadinessStatus.Ok, result.Message.EndsWith("(it serves \"model.gguf\" under any name)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gpt-oss-20b", "gpt-oss-120b")]
    [InlineData("llama-4-scout-17b-16e-instruct", "llama3.1-8b")] // of the family, though others are nearer by letters
    [InlineData("qwen3", "qwen-3-235b-a22b-instruct-2507")]
    public void Nearest_OfAList_IsOfTheSameFamily(string wanted, string expected) =>
        Assert.Equal(expected, NearestModels.Of(["zai-glm-4.7", "qwen-3-235b-a22b-instruct-2507", "llama3.1-8b", "gpt-oss-120b"], wanted, 1).Single());

    [Fact]
    public void Nearest_OfAHugeName_TakesNoTime() => Assert.Single(NearestModels.Of(["a", "b"], new string('x', 10_000_000), 1));

    private static async Task<JsonNode> GetAsync(ProxyHost proxy, string path) =>
        JsonNode.Parse(await proxy.Client.GetStringAsync(path, TestContext.Current.CancellationToken))!;

    private Task<ProxyHost> StartAsync(TimeProvider? clock = null) => ProxyHost.StartAsync(_server.Options("own", options =>
    {
        options.Providers["down"] = new ProviderOptions { BaseUrl = "http://127.0.0.1:1/v1" };
        options.Aliases["fast"] = ["cerebras/x", "own/small-1b"];
        options.Aliases["gone"] = ["own/old-1b", "down/m"];
        options.DefaultModel = "fast";
        options.Environment = name => name == "OLLAMA_HOST" ? "127.0.0.1:1" : null;
    }), clock);
}
