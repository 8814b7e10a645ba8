using ApeTest.Agent.Brains;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Brains;

/// <summary>Models that refuse, break off or do not answer: a bounded type, whether asking again may help, and what the call took.</summary>
public abstract class BrainFailureContract
{
    private const string Measure =
        """: ape {"ttft_s":0.123,"queue_s":0.004,"duration_s":0.5,"cost_usd":0.0021,"retries":2,"provider":"cerebras","model":"gpt-oss-120b","estimated":false}""";

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

        var failure = await Assert.ThrowsAsync<BrainException>(async () => await Create(connection, BrainInputs.Llm()).DecideAsync(BrainInputs.View, TestContext.Current.CancellationToken));

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

    /// <summary>Makes the brain.</summary>
    private protected abstract IBrain Create(ChatConnection connection, LlmSpec llm);

    private async Task<BrainException> FailureOf(FakeChatServer server, TimeSpan? timeout = null)
    {
        using var connection = new ChatConnection(server.Url, null);
        return await Assert.ThrowsAsync<BrainException>(async () => await Create(connection, BrainInputs.Llm(timeout)).DecideAsync(BrainInputs.View, TestContext.Current.CancellationToken));
    }
}
