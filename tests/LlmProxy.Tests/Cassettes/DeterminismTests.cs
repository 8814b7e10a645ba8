using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Cassettes;

/// <summary>Row M6: a model that answers differently each time, sessions that come in any order, ids that are new in each run; and replays are one and the same.</summary>
public sealed class DeterminismTests : CassetteFixture
{
    private const int Sessions = 12;
    private const int Steps = 4;

    [Fact]
    public async Task Replay_TwoRunsAtOnceInAnyOrder_HaveOneHash()
    {
        var drawn = 0;
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context,
            Events.Role, Events.Tool($$""" "id":"call_{{Interlocked.Increment(ref drawn):00000000}}","type":"function","function":{"name":"step","arguments":""} """),
            Events.Tool($$""" "function":{"arguments":"{\"n\":{{drawn}}}"} """), Events.Chunk("{}", "tool_calls"), Events.Usage, Events.Done);
        var recorded = await RunAsync(CassetteMode.Record);
        await Upstream.DisposeAsync();
        var first = await RunAsync(CassetteMode.Replay);
        Assert.Equal(recorded, first);
        Assert.Equal(first, await RunAsync(CassetteMode.Replay));
    }

    // Every session: ask, take the tool call, answer it with an id of this run, ask again.
    private async Task<string> RunAsync(CassetteMode mode)
    {
        await using var proxy = await StartAsync(mode);
        var sessions = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(slot => SessionAsync(proxy, $"{slot}-0")));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(sessions))));
    }

    private static async Task<string> SessionAsync(ProxyHost proxy, string session)
    {
        var trace = new StringBuilder();
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "do it" });
        for (var step = 0; step < Steps; step++)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = new StringContent(new JsonObject { ["model"] = "up/test-model", ["stream"] = true, ["messages"] = messages.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("baggage", $"ape.run=r,ape.session={session}");
            var (_, body) = await proxy.ReadAsync(request);
            trace.Append(body);
            var call = JsonNode.Parse(body.Split('\n').First(line => line.Contains("call_", StringComparison.Ordinal))[6..])!["choices"]![0]!["delta"]!["tool_calls"]![0]!;
            messages.Add(new JsonObject { ["role"] = "assistant", ["tool_calls"] = new JsonArray(call.DeepClone()) });
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string)call["id"]!, ["content"] = $"order {Guid.NewGuid()} at {step}" });
        }

        return trace.ToString();
    }
}
