using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Oracles;

/// <summary>A page to log in, to which a target sends whom it does not know, is no evidence; nor is an answer to another question.</summary>
public sealed class RedirectedAnswerTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080/api");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/login", false, "GET /api/orders/5: 302 to /login", 1)]
    [InlineData("/api/orders", false, "GET /api/orders/5: 302 to /api/orders", 1)]
    [InlineData("/api/orders/5?login", false, "GET /api/orders/5: 302 to /api/orders/5?login", 1)]
    [InlineData("http://other.example/api/orders/5/", false, "GET /api/orders/5: 302 to http://other.example/api/orders/5/", 1)]
    [InlineData("/api/orders/5/", true, "GET /api/orders/5/: 200", 2)]
    public async Task JudgeAsync_ReadThatIsSentElsewhere_IsNoEvidence(string location, bool ok, string detail, int requests)
    {
        var oracle = Oracle(new SuccessCondition { Read = "GET /orders/5" });
        var transport = new FakeTransport(Redirect(location), Some.Exchange(200, "<html>Log in</html>"));

        var verdict = await JudgeAsync(oracle, transport);

        Assert.Equal((ok, detail), (verdict.Succeeded, verdict.Evidence[0].Detail));
        Assert.Equal(requests, transport.Requests.Count);
    }

    [Fact]
    public async Task JudgeAsync_ReadWithDeclaredRedirect_IsJudgedByIt()
    {
        var oracle = Oracle(new SuccessCondition { Read = "GET /orders/5", As = ReadAs.Nobody, Statuses = "302|401" });

        Assert.True((await JudgeAsync(oracle, new FakeTransport(Redirect("/login"), Some.Exchange(200)))).Succeeded);
    }

    [Theory]
    [InlineData(ReadAs.Session)]
    [InlineData(ReadAs.Nobody)]
    public async Task Not_ReadThatIsSentElsewhere_ProvesNothing(ReadAs who)
    {
        var oracle = Oracle(new SuccessCondition { Not = new SuccessCondition { Read = "GET /orders/5", As = who } });

        Assert.False((await JudgeAsync(oracle, new FakeTransport(Redirect("/login")))).Succeeded);
    }

    [Theory]
    [InlineData("order", null, 302, "/login", false, "action 1: 302 to /login, then 200 at /login, which is no answer of its own (declare the 3xx)")]
    [InlineData("order", "2xx", 302, "/orders/7", false, "action 1: 302 to /orders/7, then 200 at /orders/7, which is no answer of its own (declare the 3xx)")]
    [InlineData("page_submit", "2xx", 302, "/orders/7", true, "action 1: 302 to /orders/7, then 200 at /orders/7")]
    [InlineData("http_post", "2xx", 302, "/orders/7", true, "action 1: 302 to /orders/7, then 200 at /orders/7")]
    [InlineData("page_submit", null, 302, "/login", false, "action 1: 302 to /login, then 200 at /login, which is no answer of its own (declare the 3xx)")]
    [InlineData("order", "302", 302, "/login", true, "action 1: 302 to /login")]
    [InlineData("order", null, 307, "/orders/", true, "action 1: 200")]
    // A POST that becomes a GET of the list is not what was asked, whatever the path is.
    [InlineData("order", null, 301, "/orders/", false, "action 1: 301 to /orders/, then 200 at /orders/, which is no answer of its own (declare the 3xx)")]
    public async Task Observe_ToolThatIsSentElsewhere_AnswersForItselfUnlessItIsABrowsersAndDeclared(string tool, string? statuses, int status, string location, bool ok, string detail)
    {
        var oracle = Oracle(new SuccessCondition { Operation = tool, Statuses = statuses });

        oracle.Observe(1, tool, Redirected(status, location));
        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.Equal((ok, detail), (verdict.Succeeded, verdict.Evidence[0].Detail));
    }

    [Fact]
    public async Task Not_OperationThatIsSentElsewhere_ProvesNothing()
    {
        var oracle = Oracle(new SuccessCondition { Operation = "pay" }, new SuccessCondition { Not = new SuccessCondition { Operation = "order" } });
        oracle.Observe(1, "pay", Some.Exchange(200));
        oracle.Observe(2, "order", Redirected(303, "/orders/7"));

        Assert.False((await JudgeAsync(oracle, new FakeTransport())).Succeeded);
    }

    [Theory]
    [InlineData("\"\"", false)]
    [InlineData("\" \"", false)]
    [InlineData("\".\"", false)]
    [InlineData("\"..\"", false)]
    [InlineData("null", false)]
    [InlineData("\"a.b\"", true)]
    [InlineData("\"...\"", true)]
    [InlineData("\"../x\"", true)]
    public async Task JudgeAsync_ValueThatWouldNameAnotherResource_IsNotSent(string id, bool sent)
    {
        var oracle = Oracle(
            new SuccessCondition { Operation = "order", Capture = Map("id", "$.id") },
            new SuccessCondition { Read = "GET /orders/{{id}}" });
        oracle.Observe(1, "order", Some.Exchange(201, $$"""{"id":{{id}}}"""));
        var transport = new FakeTransport(Some.Exchange(200));

        Assert.Equal(sent, (await JudgeAsync(oracle, transport)).Succeeded);
        Assert.Equal(sent ? 1 : 0, transport.Requests.Count);
        Assert.All(transport.Requests, static request => Assert.StartsWith("/api/orders/", request.Url.AbsolutePath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task JudgeAsync_EmptyValueOfTheSession_IsNotSent()
    {
        var goal = new GoalSpec { Name = "g", Goal = "x", Success = [new SuccessCondition { Read = "GET /orders?id={{user.id}}" }] };
        var oracle = new DeclaredOracle(goal, Base, static _ => "");

        Assert.Equal("not sent: 'user.id' is empty", (await JudgeAsync(oracle, new FakeTransport())).Evidence[0].Detail);
    }

    [Fact]
    public async Task JudgeAsync_LongPath_IsShortenedInEvidence()
    {
        var oracle = Oracle(
            new SuccessCondition { Operation = "order", Capture = Map("id", "$.id") },
            new SuccessCondition { Read = "GET /orders/{{id}}" });
        oracle.Observe(1, "order", Some.Exchange(201, $$"""{"id":"{{new string('x', 16_000)}}"}"""));

        var verdict = await JudgeAsync(oracle, new FakeTransport(Some.Exchange(200)));

        Assert.True(verdict.Succeeded);
        Assert.All(verdict.Evidence, static each => Assert.InRange(each.Detail.Length, 1, 200));
    }

    private static ActionResult Redirected(int status, string location) => new()
    {
        Outcome = ActionOutcome.Ok,
        Observation = "",
        Redirects = [Redirect(location, status)],
        Exchange = Some.Exchange(200, url: new Uri(new Uri("http://127.0.0.1:1/orders"), location).AbsoluteUri),
    };

    private static TargetExchange Redirect(string location, int status = 302) =>
        Some.Exchange(status, url: "http://127.0.0.1:1/orders", headers: [("Location", location)]);

    private static DeclaredOracle Oracle(params ImmutableArray<SuccessCondition> conditions) => new(conditions, Base);

    private static ImmutableSortedDictionary<string, string> Map(string key, string value) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(key, value);

    private static ValueTask<OracleVerdict> JudgeAsync(DeclaredOracle oracle, FakeTransport transport) =>
        oracle.JudgeAsync(transport, "shop", Some.Session(), TimeProvider.System, Cancellation);
}
