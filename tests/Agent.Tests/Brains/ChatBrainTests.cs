using System.Collections.Immutable;
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

public sealed class ChatBrainTests
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
        Assert.True(JsonElement.DeepEquals(FinishTool.Spec.InputSchema, tool.GetProperty("parameters")));
        Assert.Equal("Bearer the-key", request.Headers["Authorization"]);
        Assert.Equal("1", request.Headers["X-Ape-Measure"]);
        Assert.Equal($"00-{span.TraceId}-{span.SpanId}-01", request.Headers["traceparent"]);
        Assert.Equal("ape.run=r,ape.session=0-0,ape.agent=0,ape.action=3", request.Headers["baggage"]);
    }

    [Theory]
    [InlineData(500, "{}", "model_http_500", true)]
    [InlineData(429, """{"error":{"message":"slow down","type":"rate_limit","code":"rate_limit_exceeded"}}""", "model_http_429", true)]
    [InlineData(401, """{"error":{"message":"bad key"}}""", "model_http_401", false)]
    [InlineData(404, "not json", "model_http_404", false)]
    [InlineData(429, """{"error":{"message":"run budget of 1 USD is used up","type":"insufficient_quota","code":"budget_exhausted"}}""", "budget_exhausted", false)]
    [InlineData(503, """{"error":{"message":"left alone for now","type":"overloaded_error","code":"circuit_open"}}""", "model_circuit_open", true)]
    [InlineData(422, """{"error":{"message":"not recorded","type":"invalid_request_error","code":"cassette_miss"}}""", "model_cassette_miss", false)]
    public async Task Decide_HttpError_IsBoundedAndAskedOnce(int status, string body, string type, bool transient)
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Error(status, body));

        var failure = await FailureOf(server);

        Assert.Equal((type, transient), (failure.Type, failure.Transient));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Decide_HttpErrorWithMeasure_TellsWhatTheFailedCallTook()
    {
        const string measure = """{"ttft_s":null,"queue_s":0.5,"cost_usd":0.25,"retries":2,"failovers":1,"provider":"ollama","model":"b","estimated":true,"prompt_tokens":7,"completion_tokens":3,"error":"http_503"}""";
        await using var server = await FakeChatServer.StartAsync(Reply.Error(503, "{}") with { MeasureHeader = measure });

        var use = (await FailureOf(server)).Use!;

        Assert.Equal(new ModelUse("ollama", "b", use.Duration, TimeSpan.FromSeconds(0.5), null, 7, 3, true, 0.25m, 2) { Failovers = 1, Failed = true }, use);
    }

    [Fact]
    public async Task Decide_ErrorInsideStreamWithMeasure_BillsWhatStreamed()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(
            [.. Reply.Lines("so", null), """data: {"error":{"message":"upstream went away","code":502}}""", Measure, "data: [DONE]"]));

        var use = (await FailureOf(server)).Use!;

        Assert.Equal((true, 0.0021m, 2, TimeSpan.FromSeconds(0.123)), (use.Failed, use.CostUsd, use.Retries, use.Ttft));
    }

    [Fact]
    public async Task Decide_NoMeasure_FailedCallIsOfTheModelThatWasAsked()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Error(500, "{}"));

        var use = (await FailureOf(server)).Use!;

        Assert.Equal(("test", "scripted", 0, true), (use.Provider, use.Model, use.PromptTokens, use.Failed));
    }

    [Fact]
    public async Task Decide_BudgetRefused_NoModelWasCalled()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Error(429, """{"error":{"message":"used up","code":"budget_exhausted"}}"""));

        Assert.Null((await FailureOf(server)).Use);
    }

    [Fact]
    public async Task Decide_StreamWithoutFinishReason_IsTruncated()
    {
        var lines = Reply.Lines(null, null, ("order", """{"itemId":"x"}"""));
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(lines));

        Assert.Equal("model_truncated", (await FailureOf(server)).Type);
    }

    [Fact]
    public async Task Decide_ConnectionBreaksMidStream_IsTruncated()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(Reply.Lines("so", null)) with { Break = true });

        Assert.Equal("model_truncated", (await FailureOf(server)).Type);
    }

    [Fact]
    public async Task Decide_ErrorInsideStream_IsStreamError()
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([.. Reply.Lines("so", null), """data: {"error":{"message":"upstream went away","code":502}}"""]));

        var failure = await FailureOf(server);

        Assert.Equal(("model_stream_error", "upstream went away"), (failure.Type, failure.Message));
    }

    [Theory]
    [InlineData("data: {broken")]
    [InlineData("""data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"no_such_reason"}]}""")]
    public async Task Decide_NotTheProtocol_IsProtocolError(string line)
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Stream([line]));

        Assert.Equal("model_protocol", (await FailureOf(server)).Type);
    }

    [Fact]
    public async Task Decide_NobodyListens_IsUnreachable()
    {
        var server = await FakeChatServer.StartAsync(Reply.Finish());
        var url = server.Url;
        await server.DisposeAsync();
        using var connection = new ChatConnection(url, null);

        var failure = await Assert.ThrowsAsync<BrainException>(async () => await Brain(connection).DecideAsync(View(), TestContext.Current.CancellationToken));

        Assert.Equal(("model_unreachable", true), (failure.Type, failure.Transient));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Decide_NoAnswerInTime_IsTimeout(bool started)
    {
        await using var server = await FakeChatServer.StartAsync(Reply.Stream(started ? Reply.Lines("so", null) : []) with { Hang = true });

        Assert.Equal("model_timeout", (await FailureOf(server, TimeSpan.FromMilliseconds(150))).Type);
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

    [Fact]
    public void ToolDefinitions_SameCatalog_AreBuiltOnce()
    {
        var definitions = new ToolDefinitions();
        ImmutableArray<ToolSpec> tools = [FinishTool.Spec];

        Assert.Same(definitions.Of(tools), definitions.Of(tools));
    }

    private static async Task<ModelUse> UseOf(ChatConnection connection)
        => (await Brain(connection).DecideAsync(View(), TestContext.Current.CancellationToken)).Model!;

    private static async Task<BrainException> FailureOf(FakeChatServer server, TimeSpan? timeout = null)
    {
        using var connection = new ChatConnection(server.Url, null);
        return await Assert.ThrowsAsync<BrainException>(async () => await Brain(connection, timeout).DecideAsync(View(), TestContext.Current.CancellationToken));
    }

    private static ChatBrain Brain(ChatConnection connection, TimeSpan? timeout = null)
    {
        var llm = new LlmSpec { Model = "test/scripted", Timeout = timeout ?? TimeSpan.FromSeconds(20) };
        return new ChatBrain(connection.Client(llm.Model), llm, new PromptBuilder(new HistoryWindow()), TimeProvider.System);
    }

    private static SessionView View() => new()
    {
        Run = "r",
        Session = "0-0",
        Goal = "Buy coffee.",
        State = new Dictionary<string, JsonElement>(),
        Turns = [],
        Tools = [FinishTool.Spec],
        StepsLeft = 25,
    };
}
