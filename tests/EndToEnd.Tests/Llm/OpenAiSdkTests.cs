using System.ClientModel;
using System.ClientModel.Primitives;
using ApeTest.EndToEnd.Tests.Peers;
using ApeTest.Tests.Shared;
using OpenAI;
using OpenAI.Chat;

namespace ApeTest.EndToEnd.Tests.Llm;

/// <summary>Programs on the official OpenAI SDKs speak to <c>ape-test proxy</c>, with only the base URL changed.</summary>
public sealed class OpenAiSdkTests : IDisposable
{
    private const string Sdk = "openai@6.9.1";
    private const string Key = "team-key";

    private static readonly string Script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Llm", "client.mjs"));

    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Npm_OnlyTheBaseUrlChanged_DoesAllThatItDoesWithOpenAi()
    {
        var node = new NodePackage(_directory);
        await node.InstallAsync(Sdk);
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var proxy = Proxy(provider);

        var (code, output) = await node.RunScriptAsync(Script, await BaseUrlAsync(proxy), Key);

        Assert.True(code == 0, output);
        Assert.Contains("{\"sdk\":\"ok\"}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DotNet_OnlyTheBaseUrlChanged_DoesAllThatItDoesWithOpenAi()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var proxy = Proxy(provider);
        var options = new OpenAIClientOptions { Endpoint = new Uri(await BaseUrlAsync(proxy)), RetryPolicy = new ClientRetryPolicy(0) };
        var client = new OpenAIClient(new ApiKeyCredential(Key), options);
        var chat = client.GetChatClient("fake/talker");
        var tools = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("get_weather"), ChatTool.CreateFunctionTool("get_time") } };
        var shaped = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString("""{"type":"object"}""")) };

        var models = (await client.GetOpenAIModelClient().GetModelsAsync(Cancellation)).Value.Select(model => model.Id);
        var whole = (await chat.CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Cancellation)).Value;
        var called = (await chat.CompleteChatAsync([new UserChatMessage("Hello")], tools, Cancellation)).Value;
        var json = (await chat.CompleteChatAsync([new UserChatMessage("Hello")], shaped, Cancellation)).Value;
        var vector = (await client.GetEmbeddingClient("fake/talker").GenerateEmbeddingAsync("Hello", cancellationToken: Cancellation)).Value;
        var (text, total) = ("", 0);
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Hello")], cancellationToken: Cancellation))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            total = update.Usage?.TotalTokenCount ?? total;
        }

        Assert.Contains("builtin/planner", models);
        Assert.Equal(("Grüße    ☕", 14), (whole.Content[0].Text, whole.Usage.TotalTokenCount));
        Assert.Equal((whole.Content[0].Text, 14), (text, total));
        Assert.Equal(["get_weather", "get_time"], called.ToolCalls.Select(call => call.FunctionName));
        Assert.Equal("""{"schema":"answer"}""", json.Content[0].Text);
        Assert.Equal([0.5f, -2f], vector.ToFloats().ToArray());
        Assert.Equal(429, (await FailureAsync(client, "fake/limited")).Status);
        Assert.Contains("provider/model", (await FailureAsync(client, "nobody/x")).Message, StringComparison.Ordinal);
        Assert.Equal(401, (await FailureAsync(new OpenAIClient(new ApiKeyCredential("wrong"), options), "fake/talker")).Status);
    }

    private static Task<ClientResultException> FailureAsync(OpenAIClient client, string model) => Assert.ThrowsAsync<ClientResultException>(
        async () => await client.GetChatClient(model).CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Cancellation));

    private ApeProcess Proxy(FakeProvider provider)
    {
        _directory.Write("proxy.json", $$"""
            {
              "keys": [{ "name": "team", "key": "{{Key}}" }, { "name": "poor", "key": "poor-key", "maxRequests": 3 }],
              "providers": { "fake": { "baseUrl": "{{provider.BaseUrl}}" } },
              "aliases": { "best": ["fake/none", "fake/talker"] },
              "retry": { "attempts": 0 },
            }
            """);
        return ApeProcess.Start(_directory, "proxy", "--config", "proxy.json", "--port", "0");
    }

    /// <summary>What the first line on standard output names.</summary>
    private static async Task<string> BaseUrlAsync(ApeProcess proxy) => (await proxy.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
}
