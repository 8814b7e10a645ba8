using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Chat;

public sealed class StreamTests : IAsyncLifetime
{
    private FakeChatServer _upstream = null!;
    private ProxyHost _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await FakeChatServer.StartAsync();
        _proxy = await ProxyHost.StartAsync(ProxyHost.Options(_upstream));
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Stream_UsageNotAskedFor_PassesTheBytesWithoutIt()
    {
        var (response, body) = await _proxy.ReadAsync(ProxyHost.Chat(measure: false));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(string.Concat(Events.Role, Events.Content("Hel"), Events.Content("lo"), Events.Finish, Events.Done), body);
        Assert.True(_upstream.Requests.Single().Json["stream_options"]!["include_usage"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Stream_UsageAskedFor_PassesEverything()
    {
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat(measure: false, extra: ""","stream_options":{"include_usage":true,"x":1}"""));
        Assert.Equal(string.Concat(Events.Hello), body);
    }

    [Fact]
    public async Task Stream_MeasureAskedFor_CommentStandsBeforeDone()
    {
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat());
        Assert.EndsWith("}\n\n" + Events.Done, body, StringComparison.Ordinal);
        var measure = ProxyHost.Measure(body);
        Assert.Equal(11, (int)measure["prompt_tokens"]!);
        Assert.Equal(3, (int)measure["completion_tokens"]!);
        Assert.Equal("up", (string)measure["provider"]!);
        Assert.Equal("test-model", (string)measure["model"]!);
        Assert.Equal(0, (int)measure["retries"]!);
        Assert.Equal(0m, (decimal)measure["cost_usd"]!);
        Assert.False((bool)measure["estimated"]!);
        Assert.True((double)measure["ttft_s"]! > 0 && (double)measure["duration_s"]! >= (double)measure["ttft_s"]!);
        Assert.NotNull(measure["queue_s"]);
        Assert.False(measure.ContainsKey("error"));
    }

    [Fact]
    public async Task Request_UnknownFields_PassByteForByte()
    {
        const string extra = ""","temperature":0.30,"x_unknown":{"a":[1, 2 ,{"ü":"é"}]},"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto" """;
        await _proxy.ReadAsync(ProxyHost.Chat(extra: extra));
        var seen = _upstream.Requests.Single().Body;
        Assert.Contains(extra, seen, StringComparison.Ordinal);
        Assert.Contains("\"model\":\"test-model\"", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_Headers_OnlyHarmlessOnesGoUp()
    {
        var request = ProxyHost.Chat();
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        request.Headers.Add("baggage", "ape.run=r,ape.session=1-2");
        request.Headers.Add("Cookie", "a=b");
        request.Headers.Add("X-Ape-Token", "t");
        request.Headers.Add("Authorization", "Bearer client-key");
        await _proxy.ReadAsync(request);
        var headers = _upstream.Requests.Single().Headers;
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", headers["traceparent"], StringComparison.Ordinal);
        Assert.All(["baggage", "Cookie", "X-Ape-Token", "X-Ape-Measure", "Authorization"], name => Assert.False(headers.ContainsKey(name), name));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Stream_OtherLineEnds_AreUnderstood(string end)
    {
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, [.. Events.Hello.Select(part => part.Replace("\n", end, StringComparison.Ordinal))]);
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat());
        Assert.Contains("Hel", body, StringComparison.Ordinal);
        Assert.EndsWith(Events.Done, body, StringComparison.Ordinal);
        Assert.Equal(3, (int)ProxyHost.Measure(body)["completion_tokens"]!);
    }

    [Fact]
    public async Task Stream_SplitAtEveryByte_ArrivesUnharmed()
    {
        var whole = Encoding.UTF8.GetBytes(string.Concat(Events.Role, Events.Chunk("""{"content":"äöü€😀"}"""), Events.Finish));
        _upstream.OnChat = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var one in whole)
            {
                await context.Response.Body.WriteAsync(new[] { one }, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        };
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat(measure: false));
        Assert.Equal(Encoding.UTF8.GetString(whole) + Events.Done, body);
    }

    [Fact]
    public async Task Stream_KeepAliveComments_PassAndDoNotCount()
    {
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, [": keep-alive\n\n", .. Events.Hello]);
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat());
        Assert.StartsWith(": keep-alive\n\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ToolCallInFragments_PassesInOrder()
    {
        string[] parts =
        [
            Events.Role, Events.Tool("\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"add\",\"arguments\":\"\"}"),
            Events.Tool("\"function\":{\"arguments\":\"{\\\"a\\\"\"}"), Events.Tool("\"function\":{\"arguments\":\":1}\"}"), Events.Chunk("{}", "tool_calls"), Events.Usage, Events.Done,
        ];
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, parts);
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat());
        var arguments = string.Concat(body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => (string?)JsonNode.Parse(line[6..])!["choices"]![0]!["delta"]!["tool_calls"]?[0]!["function"]!["arguments"]));
        Assert.Equal("""{"a":1}""", arguments);
        Assert.NotNull(ProxyHost.Measure(body)["ttft_s"]);
    }

    [Fact]
    public async Task Stream_NoUsageAndNoDone_IsEstimatedAndDone()
    {
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Role, Events.Content("12345678"), Events.Finish.TrimEnd('\n'));
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat());
        var measure = ProxyHost.Measure(body);
        Assert.True((bool)measure["estimated"]!);
        Assert.Equal(2, (int)measure["completion_tokens"]!);
        Assert.True((int)measure["prompt_tokens"]! > 0);
        Assert.EndsWith(Events.Done, body, StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"stop\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_LastChunkCarriesFinishAndUsage_IsPassed()
    {
        // Cerebras: finish reason, usage and time_info together, no [DONE].
        const string last = """data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1},"time_info":{"queue_time":0.1}}""" + "\n\n";
        _upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Content("x"), last);
        var (_, body) = await _proxy.ReadAsync(ProxyHost.Chat());
        Assert.Contains("time_info", body, StringComparison.Ordinal);
        Assert.Equal(5, (int)ProxyHost.Measure(body)["prompt_tokens"]!);
    }

    [Fact]
    public async Task NotStreamed_Completion_PassesWithMeasureHeader()
    {
        const string completion = """{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2},"x":1}""";
        _upstream.OnChat = context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers["x-ratelimit-remaining-requests-day"] = "7";
            return FakeChatServer.WriteAsync(context, completion);
        };
        var (response, body) = await _proxy.ReadAsync(ProxyHost.Chat(stream: false));
        Assert.Equal(completion, body);
        Assert.Equal("7", response.Headers.GetValues("x-ratelimit-remaining-requests-day").Single());
        var measure = JsonNode.Parse(response.Headers.GetValues("X-Ape-Measure").Single())!;
        Assert.Equal(4, (int)measure["prompt_tokens"]!);
        Assert.Null(measure["ttft_s"]);
        Assert.False(_upstream.Requests.Single().Json.ContainsKey("stream_options"));
    }

    [Fact]
    public async Task Client_GoesAway_CancelsUpstreamAtOnce()
    {
        var cancelled = new TaskCompletionSource();
        _upstream.OnChat = async context =>
        {
            context.RequestAborted.Register(() => cancelled.TrySetResult());
            await FakeChatServer.WriteAsync(context, Events.Content("x"));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var response = await _proxy.SendAsync(ProxyHost.Chat());
        response.Dispose();
        await ApeTest.Tests.Shared.TestTimeouts.Within(cancelled.Task, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Log_Call_IsWrittenWithoutThePrompt()
    {
        _upstream.OnChat = context => { context.Response.StatusCode = 400; return context.Response.WriteAsJsonAsync(new { error = new { message = "no" } }); };
        await _proxy.ReadAsync(ProxyHost.Chat());
        var line = await _proxy.Logs.FirstAsync("llm.failed", TestContext.Current.CancellationToken);
        Assert.Contains("http_400", line.Text, StringComparison.Ordinal);
        Assert.All(_proxy.Logs.Lines.Where(entry => entry.Level > Microsoft.Extensions.Logging.LogLevel.Trace), entry => Assert.DoesNotContain("\"hi\"", entry.Text, StringComparison.Ordinal));
    }
}
