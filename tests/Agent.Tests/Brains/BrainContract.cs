using System.Diagnostics;
using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Tests.Brains;

/// <summary>What every chat brain does with an answer of the model, whatever SDK it stands on. Each has a class that says how it is made.</summary>
public abstract class BrainContract
{
    private const string Measure =
        """: ape {"ttft_s":0.123,"queue_s":0.004,"duration_s":0.5,"cost_usd":0.0021,"retries":2,"provider":"cerebras","model":"gpt-oss-120b","estimated":false}""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task Decide_ParallelCallsInFragments_AssemblesThemByIndex(int size)
    {
        const string first = """{"q":"Kaffee für zwei \ud83d\ude00 ☕","n":[1,2]}""";
        const string second = """{"itemId":"schöne-µ-€"}""";
        await using var server = await FakeChatServer.StartAsync(Reply.Calls(("listItems", first), ("order", second)).Cut(size));
        using var connection = new ChatConnection(server.Url, null);

        var decision = await Brain(connection).DecideAsync(View(), TestContext.Current.CancellationToken);

        Assert.Equal(["listItems", "order"], decision.Calls.Select(call => call.Tool));
        Assert.Equal(first, decision.Calls[0].Arguments.GetRawText());
        Assert.Equal(second, decision.Calls[1].Arguments.GetRawText());
        Assert.Equal("tool_calls", decision.FinishReason);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(true, 100_000)]
    [InlineData(false, 3)]
    [InlineData(false, 100_000)]
    public async Task Decide_MeasureComment_IsTheProxysFigure(bool beforeDone, int size)
    {
        var lines = Reply.Lines("hello", "stop");
        lines.Insert(beforeDone ? lines.Count - 1 : lines.Count, Measure);
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(lines).Cut(size));
        using var connection = new ChatConnection(server.Url, null);

        var use = await UseOf(connection);

        Assert.Equal(new ModelUse("cerebras", "gpt-oss-120b", use.Duration, TimeSpan.FromSeconds(0.004), TimeSpan.FromSeconds(0.123), 100, 20, false, 0.0021m, 2), use);
        Assert.True(use.Duration > TimeSpan.Zero);
    }

    [Theory]
    [InlineData("reasoning", true, "Coffee is cheap.")]
    [InlineData("reasoning_content", true, "Coffee is cheap.")]
    [InlineData("reasoning", false, null)]
    [InlineData("thoughts", true, null)]
    public async Task Decide_ModelTellsItsReasoning_IsKeptWhereItIsWanted(string field, bool wanted, string? expected)
    {
        var lines = Reply.Lines("I buy.", "stop");
        lines.InsertRange(1, new[] { "Coffee is", " cheap." }.Select(part =>
            $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"{{field}}":"{{part}}"},"finish_reason":null}]}"""));
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(lines));
        using var connection = new ChatConnection(server.Url, null);

        var decision = await Brain(connection).DecideAsync(View() with { WantsReasoning = wanted }, TestContext.Current.CancellationToken);

        Assert.Equal(("I buy.", expected), (decision.Text, decision.Reasoning));
    }

    [Fact]
    public async Task Decide_MeasureHeader_IsTheProxysFigure()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Text("hello") with { MeasureHeader = Measure[": ape ".Length..] });
        using var connection = new ChatConnection(server.Url, null);

        Assert.Equal(TimeSpan.FromSeconds(0.123), (await UseOf(connection)).Ttft);
    }

    [Fact]
    public async Task Decide_NoMeasureNoUsage_EstimatesAndSaysSo()
    {
        var lines = Reply.Lines("twelve chars", "stop");
        lines.RemoveAt(lines.Count - 2);
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(lines) with { Delay = TimeSpan.FromMilliseconds(30) });
        using var connection = new ChatConnection(server.Url, null);

        var use = await UseOf(connection);

        Assert.Equal(("test", "scripted", true, 3), (use.Provider, use.Model, use.Estimated, use.CompletionTokens));
        Assert.InRange(use.Ttft!.Value, TimeSpan.FromMilliseconds(25), use.Duration);
        Assert.True(use.PromptTokens > 100);
    }

    [Fact]
    public async Task Decide_Request_CarriesModelLimitsToolsTraceAndIdentity()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Finish());
        using var connection = new ChatConnection(server.Url, "the-key");
        using var span = SessionTrace.StartSession("g", sampled: true);
        using var identity = RequestIdentity.Use(new RequestIdentity { Run = "r", Session = "0-0", Agent = "0", Action = "3" });

        await Brain(connection).DecideAsync(View(), TestContext.Current.CancellationToken);

        var request = Assert.Single(server.Requests);
        Assert.Equal("test/scripted", request.Body.GetProperty("model").GetString());
        Assert.Equal(1024, request.Body.GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal(0, request.Body.GetProperty("temperature").GetDouble());
        Assert.True(request.Body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        var tool = Assert.Single(request.Body.GetProperty("tools").EnumerateArray()).GetProperty("function");
        Assert.Equal("finish", tool.GetProperty("name").GetString());
        Assert.Equal(FinishTool.Spec.Description, tool.GetProperty("description").GetString());
        Assert.True(JsonElement.DeepEquals(Told(FinishTool.Spec.InputSchema), tool.GetProperty("parameters")));
        Assert.Equal("Bearer the-key", request.Headers["Authorization"]);
        Assert.Equal("1", request.Headers["X-Ape-Measure"]);
        Assert.Equal($"00-{span.TraceId}-{span.SpanId}-01", request.Headers["traceparent"]);
        Assert.Equal("ape.run=r,ape.session=0-0,ape.agent=0,ape.action=3", request.Headers["baggage"]);
    }

    [Fact]
    public async Task Decide_Cancelled_ThrowsCancellation()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([]) with { Hang = true });
        using var connection = new ChatConnection(server.Url, null);
        using var abort = new CancellationTokenSource();
        var decision = Brain(connection).DecideAsync(View(), abort.Token).AsTask();
        await abort.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decision);
    }

    [Fact]
    public async Task Decide_ArgumentsNotJson_ReachTheSchemaCheckAsText()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Call("order", """{"itemId": """));
        using var connection = new ChatConnection(server.Url, null);

        var decision = await Brain(connection).DecideAsync(View(), TestContext.Current.CancellationToken);

        Assert.Equal(JsonValueKind.String, decision.Calls[0].Arguments.ValueKind);
    }

    [Fact]
    public async Task Decide_ProviderRepeatsIds_MakesThemUnique()
    {
        string Call(int index) => """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":#,"id":"same","type":"function","function":{"name":"listItems","arguments":"{}"}}]}}]}"""
            .Replace("#", $"{index}", StringComparison.Ordinal);
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([Call(0), Call(1), .. Reply.Lines(null, "tool_calls").Skip(1)]));
        using var connection = new ChatConnection(server.Url, null);
        var earlier = new Turn([new ToolCall("same", "listItems", JsonDocument.Parse("{}").RootElement)], ["{}"], null);

        var decision = await Brain(connection).DecideAsync(View() with { Turns = [earlier] }, TestContext.Current.CancellationToken);

        Assert.Equal(["call_2_0", "call_2_1"], decision.Calls.Select(call => call.Id));
    }

    [Fact]
    public async Task Decide_History_KeepsCallsAndObservationsTogether()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Finish());
        using var connection = new ChatConnection(server.Url, null);
        var turns = new[]
        {
            new Turn([new ToolCall("a", "login", JsonDocument.Parse("""{"name":"ann"}""").RootElement), new ToolCall("b", "listItems", JsonSerializer.SerializeToElement("broken"))],
                ["""{"status":200}""", """{"error":{"type":"invalid_arguments"}}"""], "thinking aloud"),
            new Turn([], [], "I am done, I think."),
        };

        await Brain(connection).DecideAsync(View() with { Turns = turns }, TestContext.Current.CancellationToken);

        var messages = Assert.Single(server.Requests).Messages.ToArray();
        Assert.Equal(["system", "user", "assistant", "tool", "tool", "assistant", "user"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(["a", "b"], messages[2].GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("id").GetString()));
        Assert.Equal("{}", messages[2].GetProperty("tool_calls")[1].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal(["a", "b"], messages[3..5].Select(message => message.GetProperty("tool_call_id").GetString()));
    }

    /// <summary>Makes the brain.</summary>
    private protected abstract IBrain Create(ChatConnection connection, LlmSpec llm);

    /// <summary>What the model is told of a tool's schema.</summary>
    protected virtual JsonElement Told(JsonElement schema) => schema;

    private async Task<ModelUse> UseOf(ChatConnection connection)
        => (await Brain(connection).DecideAsync(View(), TestContext.Current.CancellationToken)).Model!;

    private IBrain Brain(ChatConnection connection) => Create(connection, BrainInputs.Llm());

    private static SessionView View() => BrainInputs.View;
}
