using System.Collections.Immutable;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Tests.Oracles;

public sealed class DeclaredOracleTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080/api");

    private static readonly SuccessCondition Checkout = new()
    {
        Operation = "checkout", Status = 201, Capture = ImmutableSortedDictionary<string, string>.Empty.Add("orderId", "$.id"),
    };

    private static readonly SuccessCondition Read = new() { Read = "GET /orders/{{orderId}}", Status = 200 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task JudgeAsync_NoConditions_NeverSucceeds()
    {
        var oracle = new DeclaredOracle([], Base);

        Assert.False(oracle.IsSatisfiedSoFar);
        Assert.False((await JudgeAsync(oracle, new FakeTransport())).Succeeded);
    }

    [Fact]
    public async Task JudgeAsync_ConditionAndReadHold_SucceedsWithEvidence()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var transport = new FakeTransport(Some.Exchange(200, "{}"));

        oracle.Observe(4, "checkout", Some.Exchange(201, """{"id":"o/17"}"""));
        Assert.True(oracle.IsSatisfiedSoFar);
        var verdict = await JudgeAsync(oracle, transport);

        Assert.True(verdict.Succeeded);
        Assert.Equal(
            [
                new OracleEvidence("checkout = 201", true, "action 4: 201, orderId=o/17"),
                new OracleEvidence("GET /orders/{{orderId}} = 200", true, "GET /api/orders/o%2F17: 200"),
            ],
            verdict.Evidence);
    }

    [Fact]
    public async Task JudgeAsync_Read_IsIndependentButShowsCredentials()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var transport = new FakeTransport(Some.Exchange(200, """{"access_token":"planted"}""", headers: [("Set-Cookie", "x=planted")]));
        var state = Some.Session();
        state.BearerToken = "t-1";
        state.Cookies.Take(Base, "sid=c-1");

        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":1}"""));
        await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        var request = Assert.Single(transport.Requests);
        Assert.Null(request.Operation);
        Assert.Equal(state.Trace.TraceId, request.Trace.TraceId);
        Assert.Contains(new KeyValuePair<string, string>("Authorization", "Bearer t-1"), request.Headers!);
        Assert.Contains(new KeyValuePair<string, string>("Cookie", "sid=c-1"), request.Headers!);
        Assert.Equal("t-1", state.BearerToken);
        Assert.DoesNotContain("planted", state.CookieHeader(Base), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReadAs.Session, "t-1")]
    [InlineData(ReadAs.Nobody, null)]
    public async Task JudgeAsync_ApiWithItsOwnTokenHeader_IsShownTheTokenThere(ReadAs who, string? expected)
    {
        var catalog = OpenApiImporter.Import(
            """
            {"openapi":"3.0.0","info":{"title":"t","version":"1"},"components":{"securitySchemes":{"key":{"type":"apiKey","in":"header","name":"X-Auth-Token"}}},
             "paths":{"/orders/{id}":{"get":{"operationId":"getOrder","security":[{"key":[]}],"responses":{}}}}}
            """, Base);
        var oracle = new DeclaredOracle([new SuccessCondition { Read = "GET /orders/1", As = who }], Base) { TokenHeader = catalog.TokenHeader };
        var transport = new FakeTransport(Some.Exchange(200));
        var state = Some.Session();
        state.BearerToken = "t-1";

        await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        Assert.Equal(expected, Assert.Single(transport.Requests).Headers!.Where(static header => header.Key == "X-Auth-Token").Select(static header => header.Value).SingleOrDefault());
    }

    [Fact]
    public async Task JudgeAsync_ClaimedButNeverCalled_Fails()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var transport = new FakeTransport(Some.Exchange(200, "{}"));

        var verdict = await JudgeAsync(oracle, transport);

        Assert.False(verdict.Succeeded);
        Assert.Equal(["checkout was never called", "not sent: 'orderId' was not captured"], verdict.Evidence.Select(static evidence => evidence.Detail));
        Assert.Empty(transport.Requests);
    }

    [Theory]
    [InlineData(200, "action 1: 200")]
    [InlineData(409, "action 1: 409")]
    public async Task JudgeAsync_WrongStatus_FailsWithWhatWasSeen(int status, string expected)
    {
        var oracle = new DeclaredOracle([Checkout], Base);

        oracle.Observe(1, "checkout", Some.Exchange(status, """{"id":1}"""));

        var verdict = await JudgeAsync(oracle, new FakeTransport());
        Assert.False(verdict.Succeeded);
        Assert.Equal(expected, verdict.Evidence[0].Detail);
    }

    [Fact]
    public async Task JudgeAsync_ReadFails_Fails()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);

        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":1}"""));
        var missing = await JudgeAsync(oracle, new FakeTransport(Some.Exchange(404)));
        var broken = await JudgeAsync(oracle, new FakeTransport(TargetExchange.Failed(TargetErrors.Connect, "refused")));

        Assert.False(missing.Succeeded);
        Assert.Equal("GET /api/orders/1: 404", missing.Evidence[1].Detail);
        Assert.False(broken.Succeeded);
        Assert.StartsWith("GET /api/orders/1: connect, refused; again: ", broken.Evidence[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observe_CaptureMissing_IsNoMatch()
    {
        var oracle = new DeclaredOracle([Checkout], Base);

        oracle.Observe(1, "checkout", Some.Exchange(201, """{"ok":true}"""));

        Assert.False(oracle.IsSatisfiedSoFar);
        Assert.Equal("action 1: 201, orderId: $.id is not a value in the body", (await JudgeAsync(oracle, new FakeTransport())).Evidence[0].Detail);
    }

    [Fact]
    public async Task Observe_LaterSuccess_ReplacesEarlierFailure()
    {
        var oracle = new DeclaredOracle([Checkout], Base);

        oracle.Observe(1, "checkout", Some.Exchange(409));
        oracle.Observe(2, "checkout", Some.Exchange(201, """{"id":7}"""));
        oracle.Observe(3, "checkout", Some.Exchange(500));

        Assert.Equal("action 2: 201, orderId=7", Assert.Single((await JudgeAsync(oracle, new FakeTransport())).Evidence).Detail);
    }

    [Fact]
    public async Task Observe_OutOfOrder_DoesNotCount()
    {
        var oracle = new DeclaredOracle([new SuccessCondition { Operation = "login" }, new SuccessCondition { Operation = "pay" }], Base);

        oracle.Observe(1, "pay", Some.Exchange(200));
        oracle.Observe(2, "login", Some.Exchange(204));

        var verdict = await JudgeAsync(oracle, new FakeTransport());
        Assert.False(verdict.Succeeded);
        Assert.Contains("before \"login = 2xx\"", verdict.Evidence[1].Detail, StringComparison.Ordinal);
        oracle.Observe(3, "pay", Some.Exchange(200));
        Assert.True(oracle.IsSatisfiedSoFar);
    }

    [Fact]
    public void Observe_SameConditionTwice_NeedsTwoResponses()
    {
        var oracle = new DeclaredOracle([new SuccessCondition { Operation = "pay" }, new SuccessCondition { Operation = "pay" }], Base);

        oracle.Observe(1, "pay", Some.Exchange(200));
        Assert.False(oracle.IsSatisfiedSoFar);
        oracle.Observe(2, "pay", Some.Exchange(200));
        Assert.True(oracle.IsSatisfiedSoFar);
    }

    [Theory]
    [InlineData("paid", true)]
    [InlineData("\"paid\"", true)]
    [InlineData("open", false)]
    public void Observe_JsonComparison_Text(string expected, bool ok) => AssertJson("$.state", expected, ok);

    [Theory]
    [InlineData("2", true)]
    [InlineData("2.0", true)]
    [InlineData("3", false)]
    [InlineData("two", false)]
    public void Observe_JsonComparison_Number(string expected, bool ok) => AssertJson("$.items[0].quantity", expected, ok);

    [Theory]
    [InlineData("""{"equals":{"quantity":2}}""", true)]
    [InlineData("""{"equals":{"quantity":3}}""", false)]
    [InlineData("null", false)]
    public void Observe_JsonComparison_Object(string expected, bool ok) => AssertJson("$.items[*]", expected, ok);

    [Fact]
    public async Task JudgeAsync_ReadComparesWithCaptured()
    {
        var read = Read with { Json = ImmutableSortedDictionary<string, string>.Empty.Add("$.id", "{{orderId}}") };
        var oracle = new DeclaredOracle([Checkout, read], Base);
        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":"o-1"}"""));

        var wrong = await JudgeAsync(oracle, new FakeTransport(Some.Exchange(200, """{"id":"o-2"}""")));
        var right = await JudgeAsync(oracle, new FakeTransport(Some.Exchange(200, """{"id":"o-1"}""")));

        Assert.False(wrong.Succeeded);
        Assert.Contains("$.id is \"o-2\", expected o-1", wrong.Evidence[1].Detail, StringComparison.Ordinal);
        Assert.True(right.Succeeded);
    }

    [Fact]
    public async Task ReadDueAsync_BeforeLogout_IsKeptAsEvidence()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var state = Some.Session();
        var transport = new FakeTransport(Some.Exchange(200, "{}"), Some.Exchange(401));

        Assert.False(oracle.HasDueRead);
        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":1}"""));
        Assert.True(oracle.HasDueRead);
        await oracle.ReadDueAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        Assert.False(oracle.HasDueRead);
        Assert.True((await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation)).Succeeded);
        Assert.Single(transport.Requests);
    }

    [Fact]
    public async Task ReadDueAsync_NotYetThere_IsReadAgainAtTheEnd()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var state = Some.Session();
        var transport = new FakeTransport(Some.Exchange(404), Some.Exchange(200));
        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":1}"""));

        await oracle.ReadDueAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        Assert.True(oracle.HasDueRead);
        Assert.True((await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation)).Succeeded);
    }

    [Fact]
    public async Task ReadDueAsync_TargetFailsOnce_AsksAgain()
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var state = Some.Session();
        var transport = new FakeTransport(Some.Exchange(503), Some.Exchange(200, """{"id":1}"""), Some.Exchange(401));
        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":1}"""));

        await oracle.ReadDueAsync(transport, "shop", state, TimeProvider.System, Cancellation);
        var verdict = await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        Assert.True(verdict.Succeeded);
        Assert.Equal("GET /api/orders/1: 503; again: GET /api/orders/1: 200", verdict.Evidence[1].Detail);
        Assert.Equal(2, transport.Requests.Count);
    }

    [Theory]
    [InlineData(503, true)]
    [InlineData(429, true)]
    [InlineData(404, false)]
    public async Task JudgeAsync_ReadThatFailedTwice_TellsBothAnswersAndWhoIsToBlame(int status, bool target)
    {
        var oracle = new DeclaredOracle([Checkout, Read], Base);
        var state = Some.Session();
        // The second answer only says that the session has logged out meanwhile.
        var transport = new FakeTransport([.. Enumerable.Repeat(Some.Exchange(status), target ? 3 : 1), Some.Exchange(401)]);
        oracle.Observe(1, "checkout", Some.Exchange(201, """{"id":1}"""));
        await oracle.ReadDueAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        var verdict = await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        Assert.False(verdict.Succeeded);
        Assert.Equal(target, verdict.Evidence[1].TargetFailed);
        Assert.Contains($": {status}; again at the end: ", verdict.Evidence[1].Detail, StringComparison.Ordinal);
        Assert.EndsWith(": 401", verdict.Evidence[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_UnknownOperation_SuggestsNearest()
    {
        var exception = Validate(new SuccessCondition { Operation = "chekout" });

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains("unknown operation 'chekout'; did you mean 'checkout'?", exception.Message, StringComparison.Ordinal);
        Assert.Contains("checkout, getOrder", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SeveralMistakes_AllNamed()
    {
        var exception = Validate(
            Read,
            new SuccessCondition(),
            Checkout with { Capture = Checkout.Capture.Add("x", "id") });

        Assert.Contains("success[0].read: '{{orderId}}' is captured by no condition before it", exception.Message, StringComparison.Ordinal);
        Assert.Contains("success[1]: needs one of `operation`, `read`", exception.Message, StringComparison.Ordinal);
        Assert.Contains("success[2].capture.x: capture `id`: `id` is not a JSON path", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_GoodConditions_Pass() =>
        OracleValidator.Validate([new GoalSpec { Name = "g", Goal = "x", Success = [Checkout, Read] }], Catalog());

    private static ApeTestException Validate(params ImmutableArray<SuccessCondition> success) =>
        Assert.Throws<ApeTestException>(() => OracleValidator.Validate([new GoalSpec { Name = "g", Goal = "x", Success = success }], Catalog()));

    private static ApeTest.Targets.Tools.ToolCatalog Catalog() => OpenApiImporter.Import(
        """{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{"/checkout":{"post":{"operationId":"checkout","responses":{}}},"/orders/{id}":{"get":{"operationId":"getOrder","responses":{}}}}}""",
        Base);

    private static void AssertJson(string path, string expected, bool ok)
    {
        var oracle = new DeclaredOracle([new SuccessCondition { Operation = "pay", Json = ImmutableSortedDictionary<string, string>.Empty.Add(path, expected) }], Base);

        oracle.Observe(1, "pay", Some.Exchange(200, """{"state":"paid","items":[{"quantity":2}]}"""));

        Assert.Equal(ok, oracle.IsSatisfiedSoFar);
    }

    private static ValueTask<OracleVerdict> JudgeAsync(DeclaredOracle oracle, FakeTransport transport) =>
        oracle.JudgeAsync(transport, "shop", Some.Session(), TimeProvider.System, Cancellation);
}
