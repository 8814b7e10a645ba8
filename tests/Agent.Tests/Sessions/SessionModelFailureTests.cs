using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>A model that fails: asked once more where that may help, then the session ends as <c>agent_error</c>, never as the target's fault.</summary>
public sealed class SessionModelFailureTests
{
    private const string Broken = """{"error":{"message":"no","type":"server_error"}}""";

    /// <summary>Error type -> what the model does, and how often it is asked.</summary>
    private static readonly Dictionary<string, (Reply Reply, int Asked)> Failures = new(StringComparer.Ordinal)
    {
        ["model_http_500"] = (Reply.Error(500, Broken), 2),
        ["model_http_429"] = (Reply.Error(429, Broken), 2),
        ["model_http_400"] = (Reply.Error(400, Broken), 1),
        ["model_http_401"] = (Reply.Error(401, Broken), 1),
        ["model_timeout"] = (Reply.Stream([]) with { Hang = true }, 2),
        ["model_truncated"] = (Reply.Stream(Reply.Lines("so", null)) with { Break = true }, 2),
        ["model_protocol"] = (Reply.Stream(["data: {broken"]), 2),
        ["model_stream_error"] = (Reply.Stream(["""data: {"error":{"message":"gone"}}"""]), 2),
        ["model_circuit_open"] = (Reply.Error(503, """{"error":{"message":"no","code":"circuit_open"}}"""), 2),
        ["model_queue_full"] = (Reply.Error(429, """{"error":{"message":"no","code":"queue_full"}}"""), 2),
        ["model_cassette_miss"] = (Reply.Error(422, """{"error":{"message":"no","code":"cassette_miss"}}"""), 1),
    };

    public static TheoryData<string> Types => [.. Failures.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Run_ModelFails_IsAgentErrorAndCountedAsTheModels(string type)
    {
        var (reply, asked) = Failures[type];
        await using var target = await FakeTarget.StartAsync();
        await using var server = await FakeChatServer.StartAsync(reply);
        await using var sessions = SessionHarness.Of(server, target, scenario => scenario with
        {
            Llm = scenario.Llm with { Timeout = type == "model_timeout" ? TimeSpan.FromMilliseconds(200) : scenario.Llm.Timeout },
        });

        var record = await sessions.RunAsync();

        Assert.Equal((SessionOutcome.AgentError, type), (record.Outcome, record.Reason.Split(':')[0]));
        // A call that ends by time may end before it has arrived.
        Assert.InRange(server.Requests.Count, type == "model_timeout" ? 0 : asked, asked);
        var metrics = sessions.Metrics();
        var error = Assert.Single(metrics.Errors).Value;
        Assert.Equal((type, "model", (long)asked), (error.Type, error.Where, error.Count));
        Assert.Empty(metrics.Recoveries);
        Assert.Equal(1, metrics.Ended(SessionOutcome.AgentError));
        Assert.Empty(target.Requests);
    }
}
