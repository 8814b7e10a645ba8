using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Cli.Commands.Try;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Tests;

/// <summary>A trial with something of everything, at fixed times.</summary>
internal static class TryFixture
{
    private const string Session = "0-0";

    public static TrialStart Start()
    {
        var scenario = new Scenario
        {
            Name = "shop",
            Target = new TargetSpec { Url = new Uri("http://127.0.0.1:5080/") },
            Goals =
            [
                new GoalSpec
                {
                    Name = "buy-coffee",
                    Goal = "Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.",
                    Success =
                    [
                        new SuccessCondition { Operation = "checkout", Status = 201, Capture = ImmutableSortedDictionary<string, string>.Empty.Add("orderId", "$.id") },
                        new SuccessCondition { Read = "GET /orders/{{orderId}}", Status = 200 },
                    ],
                },
                new GoalSpec { Name = "buy-tea", Goal = "Buy tea." },
            ],
        };
        return new TrialStart(scenario, new RunPlan
        {
            Run = SummaryFixture.Run,
            Scenario = scenario with { Goals = [scenario.Goals[0]] },
            Seed = 42,
            Oracle = "derived",
            PlanSha256 = "",
        });
    }

    /// <summary>Login, a page that tries to drive the terminal, a refused call, a talkative turn, a failed checkout.</summary>
    public static ImmutableArray<SessionEvent> Stuck() =>
    [
        new SessionStarted(Session, SummaryFixture.Trace, "buy-coffee", "Log in as ann / {{user.password}}, buy two of the cheapest coffee, then log out.", "hurried"),
        Decided("I log in first.", "The user wants coffee, and nothing can be bought without a login.", Call("login", """{"username":"ann","password":"{{user.password}}"}""")),
        Acted(1, "login", "POST", "/login", 200, """{"status":200,"body":{"token":"{{session.token}}","userId":7}}""", 0, ("cookie:sid", "set-cookie [redacted]"), ("token", "$.token [redacted]")),
        Decided(null, null, Call("listProducts", """{"q":"coffee"}"""), Call("addToCart", """{"productId":4,"quantity":2}""")),
        Acted(2, "listProducts", "GET", "/products?q=coffee", 200, JsonSerializer.Serialize(new { status = 200, body = "\u001b[2J\u001b]0;owned\u0007" + new string('x', 400), note = "only the first 400 of 4000 bytes were read" }), 1.5),
        Acted(3, "addToCart", "POST", "/cart/items", 201, """{"status":201,"body":{"items":[]}}""", 0),
        new SessionModelFailed(Session, "model_http_503", "the model is overloaded"),
        Decided("Now I check out.", null, Call("checkout", """{"express":"yes"}""")),
        new SessionRecovered(Session, "model_backoff"),
        new SessionRejected(Session, Record(4, "checkout", 0) with { Error = "invalid_arguments" }, """{"error":{"type":"invalid_arguments","message":"$.express: expected true or false, not text"}}"""),
        Decided("I think I am done.", null),
        Decided(null, null, Call("checkout", "{}")),
        Acted(5, "checkout", "POST", "/checkout", 409, """{"status":409,"body":{"title":"The cart is empty."}}""", 0),
        Decided("I give up.", null, Call("finish", """{"outcome":"success","reason":"bought"}""")),
        new SessionClaimed(Session, 6, true, "bought"),
        new SessionEnded(Session, new SessionRecord
        {
            Run = SummaryFixture.Run,
            Session = Session,
            Slot = 0,
            TraceId = SummaryFixture.Trace,
            Goal = "buy-coffee",
            Outcome = SessionOutcome.Stuck,
            Reason = "finish_without_evidence: checkout = 201 (action 5: 409)",
            Started = default,
            DurationS = 1.25,
            Evidence =
            [
                new EvidenceRecord("checkout = 201", false, "action 5: 409"),
                new EvidenceRecord("GET /orders/{{orderId}} = 200", false, "'orderId' was not captured"),
            ],
            Actions = [],
        }, 4),
    ];

    public static RunSummary Summary()
    {
        var full = SummaryFixture.Full();
        return full with
        {
            Sessions = full.Sessions with { Started = 1, Succeeded = 0, Failed = 0, Stuck = 1, AgentError = 0, Aborted = 0 },
            Actions = full.Actions with { Total = 4 },
            Llm = full.Llm with { Calls = 6 },
            Tokens = new TokenSummary(2_000, 140, false),
            CostUsd = 0.0021m,
        };
    }

    private static SessionDecided Decided(string? text, string? reasoning, params ToolCall[] calls) => new(Session, text, reasoning, [.. calls],
        new ModelUse("cerebras", "gpt-oss-120b", TimeSpan.FromMilliseconds(312), TimeSpan.Zero, TimeSpan.FromMilliseconds(120), 812, 34, false, 0.0003m, 0));

    private static ToolCall Call(string tool, string arguments) => new("id", tool, JsonDocument.Parse(arguments).RootElement);

    private static SessionActed Acted(int n, string tool, string method, string path, int status, string observation, double think, params (string Name, string From)[] extracted)
        => new(Session, Record(n, tool, think) with
        {
            Status = status,
            Error = status < 400 ? null : $"http_{status}",
            Extracted = extracted.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.From, StringComparer.Ordinal),
        }, method, path, TimeSpan.FromMilliseconds(3.2), TimeSpan.FromMilliseconds(2.9), n == 3 ? 1 : 0, observation);

    private static ActionRecord Record(int n, string tool, double think) => new()
    {
        N = n,
        Tool = tool,
        Args = JsonDocument.Parse("{}").RootElement,
        Parts = new ActionParts(think, 0.312, 0.0003, 0.0029, 0.0001),
    };
}
