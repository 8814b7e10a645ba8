using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class ReplayTests : CassetteFixture
{
    private const string Order = "3f2b8c1e-0000-4aaa-8bbb-1234567890ab";
    private const string OtherOrder = "99999999-1111-4aaa-8bbb-abcdefabcdef";

    private static readonly string[] ToolCall =
    [
        Events.Role, Events.Tool("""  "id":"call_a1b2c3","type":"function","function":{"name":"pay","arguments":""} """), Events.Tool(""" "function":{"arguments":"{\"order\":\"3f2b8c"} """),
        Events.Tool(""" "function":{"arguments":"1e-0000-4aaa-8bbb-1234567890ab\"}"} """), Events.Chunk("{}", "tool_calls"), Events.Usage, Events.Done,
    ];

    [Fact]
    public async Task Stream_ReplayedWithoutTheProvider_IsTheSameByteForByte()
    {
        Upstream.OnChat = context =>
        {
            context.Response.Headers["x-request-id"] = "req-1";
            return FakeChatServer.WriteAsync(context, [": hello\n\n", .. ToolCall]);
        };
        var recorded = await RecordAsync(Ask($"pay {Order}"));
        await Upstream.DisposeAsync();
        await using var proxy = await StartAsync(CassetteMode.Replay);
        var (response, body) = await proxy.ReadAsync(Ask($"pay {Order}"));
        Assert.Contains("3f2b8c", recorded[0], StringComparison.Ordinal);
        Assert.Equal(recorded[0], body);
        Assert.Equal(("text/event-stream; charset=utf-8", "req-1"), (response.Content.Headers.ContentType!.ToString(), response.Headers.GetValues("x-request-id").Single()));
    }

    [Fact]
    public async Task Json_ReplayedWithoutTheProvider_IsTheSameByteForByte()
    {
        const string Answer = "{\n  \"id\": \"c1\", \"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": \"caf\\u00e9\"}, \"finish_reason\": \"stop\"}],\n  \"usage\": {\"prompt_tokens\": 1.0e1, \"completion_tokens\": 2}}\n";
        Upstream.OnChat = context => Write(context, Answer);
        await RecordAsync(Ask("hi", stream: false));
        Assert.Equal(Answer, (await ReplayAsync(Ask("hi", stream: false))).Single());
    }

    [Fact]
    public async Task Replay_OtherIdsThanRecorded_ToolCallNamesTheLiveOnes()
    {
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, ToolCall);
        await RecordAsync(Ask($"pay {Order} today, 2026-11-21"));
        var body = (await ReplayAsync(Ask($"pay {OtherOrder} today, 2027-01-02"))).Single();
        Assert.DoesNotContain("3f2b8c", body, StringComparison.Ordinal);
        Assert.Equal($$"""{"order":"{{OtherOrder}}"}""", Arguments(body));
    }

    [Fact]
    public async Task Replay_Measured_CostsNothingAndHasItsTokens()
    {
        await RecordAsync(ProxyHost.Chat());
        var options = Options(CassetteMode.Replay, change: options => options.Prices["up/test-model"] = new PriceOptions { Prompt = 1000, Completion = 1000 });
        options.Providers["up"].Free = false;
        await using var proxy = await ProxyHost.StartAsync(options);
        var (_, body) = await proxy.ReadAsync(ProxyHost.Chat());
        var measure = ProxyHost.Measure(body);
        Assert.Equal((0m, 11, 3), ((decimal)measure["cost_usd"]!, (int)measure["prompt_tokens"]!, (int)measure["completion_tokens"]!));
    }

    [Fact]
    public async Task Replay_SameRequestSeveralTimes_NthGetsTheNthAndThenTheLast()
    {
        var asked = 0;
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Content($"answer {Interlocked.Increment(ref asked)}"), Events.Finish, Events.Done);
        await RecordAsync(Ask("hi"), Ask("hi"));
        var bodies = await ReplayAsync(Ask("hi"), Ask("hi"), Ask("hi"));
        Assert.Equal([true, true, true], bodies.Zip([1, 2, 2]).Select(pair => pair.First.Contains($"answer {pair.Second}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Replay_SessionsInAnotherOrder_EachGetsItsOwnAnswer()
    {
        var asked = 0;
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Content($"answer {Interlocked.Increment(ref asked)}"), Events.Finish, Events.Done);
        await RecordAsync(Ask("hi", session: "0-0"), Ask("hi", session: "1-0"));
        var bodies = await ReplayAsync(Ask("hi", session: "1-0"), Ask("hi", session: "0-0"), Ask("hi", session: "7-0"), Ask("hi", session: "1-0"));
        Assert.Equal([true, true, true, true], bodies.Zip([2, 1, 1, 2]).Select(pair => pair.First.Contains($"answer {pair.Second}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Replay_RecordedRefusal_IsRetriedAsItWasRecorded()
    {
        Upstream.OnChat = context => Upstream.Requests.Count > 1 ? FakeChatServer.WriteAsync(context, Events.Hello) : Refuse(context);
        await RecordAsync(Ask("hi"));
        await using var proxy = await StartAsync(CassetteMode.Replay);
        var request = Ask("hi");
        request.Headers.Add("X-Ape-Measure", "1");
        var (response, body) = await proxy.ReadAsync(request);
        Assert.Equal((HttpStatusCode.OK, 1), (response.StatusCode, (int)ProxyHost.Measure(body)["retries"]!));
    }

    [Fact]
    public async Task Replay_RecordedRefusalThatStayed_IsTold()
    {
        Upstream.OnChat = Refuse;
        var recorded = await RecordAsync(Ask("hi"));
        Assert.Contains("slow down", recorded[0], StringComparison.Ordinal);
        Assert.Equal(recorded, await ReplayAsync(Ask("hi")));
    }

    [Theory]
    [InlineData(1, 0.2, 0.5)]
    [InlineData(4, 0.05, 0.125)]
    [InlineData(0.5, 0.4, 1.0)]
    [InlineData(0, 0, 0)]
    public async Task Replay_UnderFakeTime_TakesTheRecordedTimes(double speed, double ttft, double duration)
    {
        var recorded = new FakeTimeProvider();
        var reached = new ConcurrentDictionary<string, TaskCompletionSource>(StringComparer.Ordinal);
        TaskCompletionSource Reached(string name) => reached.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        var token = TestContext.Current.CancellationToken;
        Upstream.OnChat = async context =>
        {
            Reached("arrived").SetResult();
            context.Response.ContentType = "text/event-stream";
            await context.Response.StartAsync(context.RequestAborted);
            await Reached("start").Task;
            await FakeChatServer.WriteAsync(context, Events.Role, Events.Content("Hel"));
            await Reached("end").Task;
            await FakeChatServer.WriteAsync(context, Events.Content("lo"), Events.Finish, Events.Done);
        };
        await using (var recorder = await StartAsync(CassetteMode.Record, clock: recorded))
        {
            var sending = recorder.SendAsync(ProxyHost.Chat());
            await Reached("arrived").Task.Within(token);
            recorded.Advance(TimeSpan.FromMilliseconds(200));
            Reached("start").SetResult();
            using var response = await sending;
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(token));
            while ((await reader.ReadLineAsync(token))?.Contains("Hel", StringComparison.Ordinal) == false)
            {
            }

            recorded.Advance(TimeSpan.FromMilliseconds(300));
            Reached("end").SetResult();
            await reader.ReadToEndAsync(token);
        }

        var clock = new FakeTimeProvider();
        await using var proxy = await StartAsync(CassetteMode.Replay, speed, clock);
        var others = clock.PendingTimers;
        var reading = proxy.ReadAsync(ProxyHost.Chat());
        double[] pauses = speed > 0 ? [ttft, duration - ttft] : [];
        foreach (var pause in pauses)
        {
            await clock.WaitForTimersAsync(others + 2, token); // the call's deadline and the pause
            clock.Advance(TimeSpan.FromSeconds(pause));
        }

        var measure = ProxyHost.Measure((await reading).Body);
        Assert.Equal(ttft, (double)measure["ttft_s"]!, 9);
        Assert.Equal(duration, (double)measure["duration_s"]!, 9);
    }

    [Fact]
    public async Task Replay_NoKeyNoProvider_IsReady()
    {
        await RecordAsync(Ask("hi"));
        await using var proxy = await StartAsync(CassetteMode.Replay);
        var readiness = proxy.Services.GetRequiredService<ILlmReadiness>();
        var known = await readiness.CheckAsync("up/test-model", TestContext.Current.CancellationToken);
        var unknown = await readiness.CheckAsync("cerebras/gpt-oss-120b", TestContext.Current.CancellationToken);
        Assert.Equal((LlmReadinessStatus.Ok, LlmReadinessStatus.UnknownModel), (known.Status, unknown.Status));
    }

    [Fact]
    public async Task Replay_ModelThatIsNotRecorded_TheAdviceIsToRecordIt()
    {
        await RecordAsync(Ask("hi"));
        await using var proxy = await StartAsync(CassetteMode.Replay);
        var result = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync("ollama/llama3.2", TestContext.Current.CancellationToken);
        Assert.StartsWith("record it", result.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_BuiltinPlanner_IsReplayedToo()
    {
        await RecordAsync(ProxyHost.Chat(model: "builtin/planner"));
        var body = (await ReplayAsync(ProxyHost.Chat(model: "builtin/planner"))).Single();
        Assert.Equal("builtin", (string?)ProxyHost.Measure(body)["provider"]);
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = 429;
        context.Response.Headers.RetryAfter = "0";
        return Write(context, """{"error":{"message":"slow down","type":"rate","code":"rate_limit"}}""");
    }

    private static Task Write(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }

    private static string Arguments(string body)
    {
        var output = new StringBuilder();
        foreach (var line in body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            var choices = JsonNode.Parse(line[6..])!["choices"]!.AsArray();
            output.Append(string.Create(CultureInfo.InvariantCulture, $"{(choices.Count == 0 ? "" : (string?)choices[0]!["delta"]!["tool_calls"]?[0]!["function"]!["arguments"])}"));
        }

        return output.ToString();
    }
}
