using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Providers.Ollama;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Providers.Ollama;

public sealed class ToolChoiceTests : IAsyncLifetime
{
    private const string Tools = """[{"type":"function","function":{"name":"buy","parameters":{"type":"object"}}},{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]""";
    private const string Required = "\"required\"";
    private const string Named = """{"type":"function","function":{"name":"buy"}}""";
    private const string Allowed = """{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"buy"}}]}}""";

    private FakeProvider _ollama = null!;

    public async ValueTask InitializeAsync() => _ollama = await FakeProvider.StartAsync();

    public ValueTask DisposeAsync() => _ollama.DisposeAsync();

    [Theory]
    [InlineData(Required, false)]
    [InlineData(Required, true)]
    [InlineData(Named, false)]
    [InlineData(Named, true)]
    [InlineData(Allowed, false)]
    [InlineData(Allowed, true)]
    public async Task Choice_IgnoredOnce_IsAskedAgainAndTheCallReachesTheClientAlone(string choice, bool stream)
    {
        _ollama.OnChat(Answer(stream, Text("I would rather talk.")), Answer(stream, Call("buy")));
        var (response, body) = await AskAsync(choice, stream);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"name\":\"buy\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("rather", body, StringComparison.Ordinal);
        Assert.Equal(1, (int)(stream ? ProxyHost.Measure(body) : JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!)["retries"]!);
        Assert.Equal(2, _ollama.Chats.Count);
        var (first, second) = (_ollama.Chats[0].Json, _ollama.Chats[1].Json);
        Assert.Single(first["messages"]!.AsArray());
        Assert.Equal(2, second["messages"]!.AsArray().Count);
        Assert.StartsWith("Do not answer with text. Call", (string?)second["messages"]![1]!["content"], StringComparison.Ordinal);
        Assert.Equal(choice == Required ? ["buy", "look"] : (string[])["buy"], first["tools"]!.AsArray().Select(tool => (string)tool!["function"]!["name"]!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Choice_IgnoredTwice_Is502AndAskedNoMore(bool stream)
    {
        _ollama.OnChat(Answer(stream, Text("No.")));
        var (response, body) = await AskAsync(Required, stream);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("tool_choice_ignored", ProxyHost.Code(body));
        Assert.Equal("tool_choice", (string?)JsonNode.Parse(body)!["error"]!["param"]);
        Assert.Equal(2, _ollama.Chats.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Choice_NamedAndAnotherIsCalled_IsIgnored(bool stream)
    {
        _ollama.OnChat(Answer(stream, Call("look")));
        var (response, body) = await AskAsync(Named, stream);
        Assert.Equal((HttpStatusCode.BadGateway, "tool_choice_ignored"), (response.StatusCode, ProxyHost.Code(body)));
    }

    [Theory]
    [InlineData("call")]
    [InlineData("sentence before the call")]
    [InlineData("thinking before the call")]
    [InlineData("cut off")]
    public async Task Stream_OfARequiredCall_PassesByteForByte(string answer)
    {
        string[] chunks = answer switch
        {
            "call" => [.. Call("buy")],
            "sentence before the call" => [Delta("""{"role":"assistant","content":"Let me buy it."}"""), .. Call("buy")],
            "thinking before the call" => [.. Enumerable.Range(0, 500).Select(i => Delta($$"""{"role":"assistant","content":"","reasoning":"thought {{i}} "}""")), .. Call("buy")],
            _ => [Delta("""{"role":"assistant","content":"Well"}"""), Delta("""{"role":"assistant","content":""}""", "length")],
        };
        _ollama.OnChat(FakeProvider.Stream([.. chunks, "[DONE]"]));
        var (_, body) = await AskAsync(Required, stream: true);
        Assert.Equal([.. chunks, "[DONE]"], body.Split("\n\n").Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]));
        Assert.Single(_ollama.Chats);
    }

    [Fact]
    public async Task Stream_OfEndlessText_IsGivenUpWithoutItsEnd()
    {
        var given = new TaskCompletionSource();
        _ollama.OnChat(
            async context =>
            {
                using var gone = context.RequestAborted.Register(() => given.TrySetResult());
                await FakeProvider.Stream([.. Enumerable.Repeat(Delta("""{"role":"assistant","content":"0123456789012345678901234567890123456789"}"""), 60)])(context);
                await given.Task.WaitAsync(TestContext.Current.CancellationToken); // this model never ends
            },
            Answer(true, Call("buy")));
        var (response, body) = await AskAsync(Required, stream: true);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"name\":\"buy\"", body, StringComparison.Ordinal);
        await given.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("""{"error":{"message":"out of memory","type":"api_error"}}""", "out of memory")]
    [InlineData("""{broken""", "invalid_json")]
    public async Task Stream_ThatIsNoAnswer_IsTheRelaysToJudge(string sent, string says)
    {
        _ollama.OnChat(FakeProvider.Stream(sent));
        var (response, body) = await AskAsync(Required, stream: true);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains(says, body, StringComparison.Ordinal);
        Assert.Single(_ollama.Chats);
    }

    [Theory]
    [InlineData("\"none\"", 0)]
    [InlineData("\"auto\"", 2)]
    [InlineData("null", 2)]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"look"}}]}}""", 1)]
    public async Task Choice_ThatForcesNothing_IsSaidByTheTools(string choice, int tools)
    {
        _ollama.OnChat(Answer(true, Text("Fine.")));
        var (response, body) = await AskAsync(choice, stream: true);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Fine.", body, StringComparison.Ordinal);
        Assert.Equal(tools, _ollama.Chats.Single().Json["tools"]?.AsArray().Count ?? 0);
    }

    [Fact]
    public async Task Send_ChoiceIgnored_TellsOfItsRetry()
    {
        _ollama.OnChat(Answer(false, Text("No.")), Answer(false, Call("buy")));
        List<string> told = [];
        var request = new ProviderRequest(RequestKind.Chat, Encoding.UTF8.GetBytes($$"""{"messages":[],"tools":{{Tools}},"tool_choice":"required"}"""), "m", Stream: false, new HeaderDictionary())
        {
            Retried = told.Add,
        };
        using var provider = new OllamaProvider(new OpenAiServer { Name = "ollama", BaseUrl = new Uri(_ollama.Url + "/v1") }, new LlmProxyOptions(), TimeProvider.System);
        await using var response = await provider.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, response.Status);
        Assert.Equal(["tool_choice_ignored"], told);
    }

    private static string[] Text(string text) => [Delta($$"""{"role":"assistant","content":"{{text}}"}"""), Delta("""{"role":"assistant","content":""}""", "stop")];

    private static string[] Call(string name) =>
    [
        Delta($$$"""{"role":"assistant","content":"","tool_calls":[{"id":"call_1","index":0,"type":"function","function":{"name":"{{{name}}}","arguments":"{}"}}]}"""),
        Delta("""{"role":"assistant","content":""}""", "tool_calls"),
    ];

    private static string Delta(string delta, string? finish = null) =>
        $$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{(finish is null ? "null" : $"\"{finish}\"")}}}]}""";

    // The same answer, whole: the first delta is its message.
    private static Func<HttpContext, Task> Answer(bool stream, string[] chunks)
    {
        if (stream)
        {
            return FakeProvider.Stream([.. chunks, "[DONE]"]);
        }

        var message = JsonNode.Parse(chunks[0])!["choices"]![0]!["delta"]!.ToJsonString();
        var finish = JsonNode.Parse(chunks[1])!["choices"]![0]!["finish_reason"]!.ToJsonString();
        return FakeProvider.Json($$$"""{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{{{message}}},"finish_reason":{{{finish}}}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""");
    }

    private async Task<(HttpResponseMessage Response, string Body)> AskAsync(string choice, bool stream)
    {
        await using var proxy = await ProxyHost.StartAsync(_ollama.Options("ollama"));
        return await proxy.ReadAsync(ProxyHost.Chat(stream, model: "ollama/m", extra: $",\"tools\":{Tools},\"tool_choice\":{choice}"));
    }
}
