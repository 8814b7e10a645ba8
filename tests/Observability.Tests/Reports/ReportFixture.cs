using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Cli.Tests;
using ApeTest.Observability.Reports;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Tests.Reports;

/// <summary>Reports for tests, with something in every part.</summary>
internal static class ReportFixture
{
    /// <summary>What a target may say to whoever reads of it: markup, the end of a script, a picture that runs code, text that turns.</summary>
    public const string Hostile = "</script><script>alert(1)</script><svg onload=alert(2)><img src=x onerror=\"alert('3')\">\u202egnp.exe\u2066 ]]> | `x` @everyone\u0007";

    public static RunReport Full() => new()
    {
        Summary = SummaryFixture.Full(),
        Points = Points(30),
        Sessions = new SessionSelection([Session("3-2", SessionOutcome.Failed, "http_503: checkout answered 503")], [Session("4-0", SessionOutcome.Succeeded, "evidence: every condition holds")], 7, 398),
        Reasons = [new OutcomeReason("failed", 5, "http_503: checkout answered 503"), new OutcomeReason("stuck", 2, "step_cap: 25 decisions without success")],
        Target = "http://127.0.0.1:5080/",
        Model = "builtin/planner",
    };

    /// <summary>The same where everything that a target, a model or a document can say is hostile.</summary>
    public static RunReport Evil()
    {
        var full = Full();
        var summary = full.Summary;
        var evil = Session("3-2", SessionOutcome.Failed, $"check: {Hostile}");
        evil = evil with
        {
            Goal = Hostile,
            Evidence = [new EvidenceRecord(Hostile, false, Hostile)],
            Actions = [evil.Actions[0] with
            {
                Tool = Hostile, Error = Hostile, Args = JsonSerializer.SerializeToElement(new { name = Hostile }),
                Extracted = ImmutableSortedDictionary<string, string>.Empty.Add(Hostile, Hostile),
                Request = new RequestRecord("POST", "http://127.0.0.1/" + Hostile, Hostile, Hostile, true, 100),
                Response = new ResponseRecord(Hostile, 7),
            }],
            Turns = [new TurnRecord { N = 1, FirstCall = 1, Sent = [new PromptRecord(Hostile, Hostile, 1, 1)], Said = Hostile, SaidLeftOut = 3 }, new TurnRecord { N = 2, FirstCall = 9, Sent = [], Error = Hostile }],
        };
        return full with
        {
            Problems = [Hostile],
            Target = Hostile,
            Model = Hostile,
            Sessions = new SessionSelection([evil], [], 0, 1),
            Reasons = [new OutcomeReason("failed", 5, Hostile)],
            Summary = summary with
            {
                Run = summary.Run with { Scenario = Hostile, Status = Hostile, Suspect = [Hostile], Edited = [Hostile], Reason = Hostile },
                Sessions = summary.Sessions with { ByGoal = [new GoalSummary(Hostile, 0, 0)] },
                Http = [summary.Http[0] with { Operation = Hostile, Method = Hostile }],
                Groups = [summary.Groups[0] with { Name = Hostile }],
                Errors = [new ErrorSummary(Hostile, Hostile, 1, [Hostile]) { Operations = [new ErrorOperation(Hostile, 1, Hostile, Hostile)] }],
                Thresholds = [summary.Thresholds[0] with { Name = Hostile, Expr = Hostile, By = Hostile, Ok = false }],
                Measured = Hostile,
            },
        };
    }

    public static ImmutableArray<TimePoint> Points(int seconds) => [.. Enumerable.Range(1, seconds).Select(static second => new TimePoint
    {
        T = second, At = SummaryFixture.Full().Run.Started!.Value + TimeSpan.FromSeconds(second), Agents = Math.Min(20, second), AgentsTarget = 20,
        Started = 3, Succeeded = 2, Failed = second % 7 == 0 ? 1 : 0, Actions = 10 + (second % 3), Errors = second % 7 == 0 ? 1 : 0,
        Mtba = 0.2, MtbaActiveP95 = 0.3, MtbaParts = new MtbaParts(0.1, 0.06, 0.001, 0.03, 0.004, 0.005), P50 = 0.02, P95 = 0.05 + (second * 0.001), P99 = 0.09,
        TtftP95 = second % 10 == 0 ? null : 0.005, LlmCalls = 12, Tokens = 1200, CostUsd = 0.0001m,
    })];

    public static SessionRecord Session(string id, SessionOutcome outcome, string reason) => new()
    {
        Run = SummaryFixture.Run,
        Session = id,
        Slot = 3,
        TraceId = SummaryFixture.Trace,
        Goal = "buy-coffee",
        Outcome = outcome,
        Reason = reason,
        Started = SummaryFixture.Full().Run.Started!.Value,
        DurationS = 1.25,
        Evidence = [new EvidenceRecord("checkout = 201", outcome is SessionOutcome.Succeeded, "action 2: 503")],
        Actions =
        [
            new ActionRecord
            {
                N = 1, Tool = "login", Args = JsonSerializer.SerializeToElement(new { username = "user-0001", password = "{{user.password}}" }), Status = 200,
                Parts = new ActionParts(0, 0.08, 0.001, 0.03, 0.002), Extracted = ImmutableSortedDictionary<string, string>.Empty.Add("token", "$.token [redacted]"),
                Request = new RequestRecord("POST", "http://127.0.0.1:5080/auth/login", "application/json", """{"username":"user-0001","password":"{{user.password}}"}""", false, 55),
                Response = new ResponseRecord("""{"status":200,"body":{"user":"user-0001"}}"""),
            },
            new ActionRecord
            {
                N = 2, Tool = "checkout", Args = JsonSerializer.SerializeToElement(new { }), Status = 503, Error = outcome is SessionOutcome.Succeeded ? null : "http_503",
                Parts = new ActionParts(0.1, 0.05, 0.001, 0.9, 0.002), Request = new RequestRecord("POST", "http://127.0.0.1:5080/checkout", null, null, true, 0),
                Response = new ResponseRecord("""{"status":503,"body":"upstr""", 1200),
            },
        ],
        Turns =
        [
            new TurnRecord { N = 1, FirstCall = 1, Calls = 1, Sent = [new PromptRecord("system", "You are one user."), new PromptRecord("user", "Buy coffee.")], Messages = 2, DurationS = 0.08, TtftS = 0.02, PromptTokens = 410, CompletionTokens = 30 },
            new TurnRecord { N = 2, FirstCall = 2, Calls = 1, Sent = [new PromptRecord("system", """{"stepsLeft":24}""", 1500)], Messages = 4, Said = "Now I pay.", DurationS = 0.05, PromptTokens = 520, CompletionTokens = 12 },
        ],
    };
}
