using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Cassettes;

/// <summary>A target that counts its ids up in the order in which agents come: in a replay they come in another one, and each must be told its own ids.</summary>
public sealed partial class SequentialIdTests : CassetteFixture
{
    private const int Sessions = 8;

    private static readonly string[] Goals = ["buy tea", "buy coffee"];

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 7)]
    [InlineData(4, 995)]
    public async Task Replay_AgentsComeInAnotherOrder_EachActsOnWhatItMade(int seed, int madeBefore)
    {
        Upstream.OnChat = AnswerAsync;
        var recorded = await RunAsync(CassetteMode.Record, seed: 1, madeBefore: 0);
        Assert.All(recorded, buyer => Assert.Equal(buyer.Expected, buyer.Seen));
        await Upstream.DisposeAsync();
        var replayed = await RunAsync(CassetteMode.Replay, seed, madeBefore);
        Assert.NotEqual(recorded.Select(buyer => buyer.Order), replayed.Select(buyer => buyer.Order));
        Assert.All(replayed, buyer => Assert.Equal(buyer.Expected, buyer.Seen));
    }

    private async Task<Buyer[]> RunAsync(CassetteMode mode, int seed, int madeBefore)
    {
        await using var proxy = await StartAsync(mode);
        Buyer[] buyers = [.. Enumerable.Range(0, Sessions).Select(slot => new Buyer($"{slot}-0", Goals[slot % Goals.Length]))];
        var random = new Random(seed);
        var made = madeBefore;
        for (var step = 0; step < 4; step++)
        {
            random.Shuffle(buyers);
            if (mode == CassetteMode.Replay)
            {
                await Task.WhenAll(buyers.Select(buyer => buyer.AskAsync(proxy)));
            }

            foreach (var buyer in buyers)
            {
                if (mode == CassetteMode.Record)
                {
                    await buyer.AskAsync(proxy); // one at a time: the model below looks at the latest request
                }

                if (step == 0)
                {
                    buyer.Make(++made);
                }
            }
        }

        return [.. buyers.OrderBy(buyer => buyer.Session, StringComparer.Ordinal)];
    }

    // A model that acts on the ids it was shown.
    private Task AnswerAsync(HttpContext context)
    {
        var messages = Upstream.Requests.Last().Json["messages"]!.AsArray();
        var body = string.Concat(messages.Select(message => (string?)message!["content"]));
        var (order, customer, line) = (OrderId().Match(body).Value, CustomerId().Match(body).Groups["id"].Value, LineId().Match(body).Groups["id"].Value);
        return FakeChatServer.WriteAsync(context, (messages.Count / 2) switch
        {
            0 => Call("""{"path":"/orders","qty":1000}"""),
            1 => Call($$"""{"path":"/orders/{{order}}?customerId={{customer}}","qty":1000}"""),
            2 => Call($$"""{"order_id":"{{order}}","customer_id":{{customer}},"line":"/lines/{{line}}","amount":1299}"""),
            _ => [Events.Role, Events.Content($"Order {order[..4]}"), Events.Content($"{order[4..]} with {line} is paid."), Events.Finish, Events.Done],
        });
    }

    private static string[] Call(string arguments) =>
    [
        Events.Role, Events.Tool(""" "id":"call_00000001","type":"function","function":{"name":"http","arguments":""} """),
        .. arguments.Chunk(7).Select(part => Events.Tool($$""" "function":{"arguments":{{JsonValue.Create(new string(part)).ToJsonString()}}} """)),
        Events.Chunk("{}", "tool_calls"), Events.Usage, Events.Done,
    ];

    [GeneratedRegex(@"ord-\d{6}")]
    private static partial Regex OrderId();

    [GeneratedRegex(@"customerId\W+(?<id>\d+)")]
    private static partial Regex CustomerId();

    [GeneratedRegex(@"lineId\W+(?<id>\w+)")]
    private static partial Regex LineId();

    private sealed class Buyer(string session, string goal)
    {
        private readonly JsonArray _messages = [new JsonObject { ["role"] = "user", ["content"] = goal }];
        private int _number;

        public string Session => session;

        public string Order => string.Create(CultureInfo.InvariantCulture, $"ord-{_number:000000}");

        public List<string> Seen { get; } = [];

        public string[] Expected =>
        [
            """{"path":"/orders","qty":1000}""", $$"""{"path":"/orders/{{Order}}?customerId={{1000 + _number}}","qty":1000}""",
            $$"""{"order_id":"{{Order}}","customer_id":{{1000 + _number}},"line":"/lines/L{{_number}}x","amount":1299}""", $"Order {Order} with L{_number}x is paid.",
        ];

        /// <summary>The target's answer to its first call.</summary>
        public void Make(int number)
        {
            _number = number;
            _messages[^1]!["content"] = $$"""{"id":"{{Order}}","customerId":{{1000 + number}},"lines":[{"lineId":"L{{number}}x","qty":1000}],"total":1299}""";
        }

        public async Task AskAsync(ProxyHost proxy)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = new StringContent(new JsonObject { ["model"] = "up/test-model", ["stream"] = true, ["messages"] = _messages.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("baggage", $"ape.run=r,ape.session={session}");
            var said = Said((await proxy.ReadAsync(request)).Body);
            Seen.Add(said);
            _messages.Add(new JsonObject
            {
                ["role"] = "assistant",
                ["tool_calls"] = new JsonArray(new JsonObject { ["id"] = "call_00000001", ["type"] = "function", ["function"] = new JsonObject { ["name"] = "http", ["arguments"] = said } }),
            });
            _messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = "call_00000001", ["content"] = """{"ok":true}""" });
        }

        private static string Said(string body)
        {
            var output = new StringBuilder();
            foreach (var line in body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
            {
                var json = JsonNode.Parse(line[6..])!;
                Assert.Null(json["error"]);
                var delta = json["choices"]!.AsArray() is [{ } choice, ..] ? choice["delta"] : null;
                output.Append((string?)delta?["content"]).Append((string?)delta?["tool_calls"]?[0]!["function"]!["arguments"]);
            }

            return output.ToString();
        }
    }
}
