using System.Collections.Immutable;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Http;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Tests.Oracles;

public sealed class NestedConditionTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080/api");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_SecondAlternative_HoldsAndItsCaptureIsKnownBehindIt()
    {
        var oracle = Oracle(Any(Of("card=201{id=$.id}"), Of("invoice=201{id=$.number}")), Of("GET /orders/{{id}}=200"));

        oracle.Observe(1, "card", Some.Exchange(402));
        oracle.Observe(2, "invoice", Some.Exchange(201, """{"number":9}"""));
        Assert.True(oracle.HasDueRead);
        var transport = new FakeTransport(Some.Exchange(200));
        var verdict = await JudgeAsync(oracle, transport);

        Assert.True(verdict.Succeeded);
        Assert.Equal("(card = 201 or invoice = 201)", verdict.Evidence[0].Condition);
        Assert.Equal("invoice = 201: action 2: 201, id=9", verdict.Evidence[0].Detail);
        Assert.Equal("/api/orders/9", Assert.Single(transport.Requests).Url.AbsolutePath);
    }

    [Fact]
    public async Task Any_BothAlternatives_TheFirstThatHeldIsKnown()
    {
        var oracle = Oracle(Any(Of("card=201{id=$.id}"), Of("invoice=201{id=$.id}")), Of("GET /orders/{{id}}"));

        oracle.Observe(1, "invoice", Some.Exchange(201, """{"id":1}"""));
        oracle.Observe(2, "card", Some.Exchange(201, """{"id":2}"""));
        var transport = new FakeTransport(Some.Exchange(200));

        Assert.True((await JudgeAsync(oracle, transport)).Succeeded);
        Assert.Equal("/api/orders/1", Assert.Single(transport.Requests).Url.AbsolutePath);
    }

    [Fact]
    public async Task Any_NoAlternative_SaysWhatWasSeenOfEach()
    {
        var oracle = Oracle(Any(Of("card=201"), Of("invoice=201")));

        oracle.Observe(1, "card", Some.Exchange(402));
        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.False(verdict.Succeeded);
        Assert.Equal("card = 201: action 1: 402; invoice = 201: invoice was never called", verdict.Evidence[0].Detail);
    }

    [Fact]
    public void Any_HoldsBackWhatIsBehindIt()
    {
        var oracle = Oracle(Any(Of("card"), Of("invoice")), Of("ship"));

        oracle.Observe(1, "ship", Some.Exchange(200));
        oracle.Observe(2, "card", Some.Exchange(200));
        Assert.False(oracle.IsSatisfiedSoFar);
        oracle.Observe(3, "ship", Some.Exchange(200));
        Assert.True(oracle.IsSatisfiedSoFar);
    }

    [Fact]
    public void All_InAnAlternative_HoldsInItsOrder()
    {
        var oracle = Oracle(Any(All("reserve; pay"), Of("buy")));

        oracle.Observe(1, "pay", Some.Exchange(200));
        oracle.Observe(2, "reserve", Some.Exchange(200));
        Assert.False(oracle.IsSatisfiedSoFar);
        oracle.Observe(3, "pay", Some.Exchange(200));
        Assert.True(oracle.IsSatisfiedSoFar);
    }

    [Fact]
    public void Any_OneAnswer_MeetsNoConditionBehindItToo()
    {
        var oracle = Oracle(Any(Of("pay"), Of("invoice")), Of("pay"));

        oracle.Observe(1, "pay", Some.Exchange(200));
        Assert.False(oracle.IsSatisfiedSoFar);
        oracle.Observe(2, "pay", Some.Exchange(200));
        Assert.True(oracle.IsSatisfiedSoFar);
    }

    [Theory]
    [InlineData(200, false, "action 1: 200")]
    [InlineData(500, true, "action 1: 500")]
    [InlineData(0, true, "cancel was never called")]
    public async Task Not_Operation_HoldsWhereNoSuchAnswerCame(int status, bool holds, string detail)
    {
        // Before the first condition is met too: `not` sees all of the session.
        var oracle = Oracle(Of("order=201"), Not(Of("cancel=2xx")));

        if (status != 0)
        {
            oracle.Observe(1, "cancel", Some.Exchange(status));
        }
        oracle.Observe(2, "order", Some.Exchange(201));
        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.Equal(holds, verdict.Succeeded);
        Assert.Equal(new OracleEvidence("not cancel = 2xx", holds, detail), verdict.Evidence[1]);
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(200, false)]
    // Who may not ask has not learnt that it is gone, and neither has whom the target failed.
    [InlineData(401, false)]
    [InlineData(503, false)]
    public async Task Not_Read_HoldsOnlyByAnAnswerThatSaysSo(int status, bool holds)
    {
        var oracle = Oracle(Of("order=201{id=$.id}"), Of("cancel=204"), Not(Of("GET /orders/{{id}}=200")));

        oracle.Observe(1, "order", Some.Exchange(201, """{"id":1}"""));
        Assert.False(oracle.HasDueRead);
        oracle.Observe(2, "cancel", Some.Exchange(204));
        Assert.True(oracle.HasDueRead);
        var verdict = await JudgeAsync(oracle, new FakeTransport([.. Enumerable.Repeat(Some.Exchange(status), 3)]));

        Assert.Equal(holds, verdict.Succeeded);
        Assert.Equal(status == 503, verdict.Evidence[2].TargetFailed);
    }

    [Fact]
    public async Task Not_ReadThatHeldBeforeTheLogout_StandsWhereTheLastSaysNothing()
    {
        var oracle = Oracle(Of("cancel=204"), Not(Of("GET /orders/1=200")));
        var transport = new FakeTransport(Some.Exchange(404), Some.Exchange(401));
        oracle.Observe(1, "cancel", Some.Exchange(204));

        await oracle.ReadDueAsync(transport, "shop", Some.Session(), TimeProvider.System, Cancellation);

        var verdict = await JudgeAsync(oracle, transport);
        Assert.True(verdict.Succeeded);
        Assert.Equal("GET /api/orders/1: 404; again at the end: GET /api/orders/1: 401", verdict.Evidence[1].Detail);
    }

    [Fact]
    public async Task Not_ReadThatTurnsLater_IsSeenAtTheEnd()
    {
        var oracle = Oracle(Of("order=201"), Not(new SuccessCondition { Read = "GET /orders/1", Json = Map("$.state", "failed") }));
        var transport = new FakeTransport(Some.Exchange(200, """{"state":"pending"}"""), Some.Exchange(200, """{"state":"failed"}"""));
        oracle.Observe(1, "order", Some.Exchange(201));

        await oracle.ReadDueAsync(transport, "shop", Some.Session(), TimeProvider.System, Cancellation);

        Assert.False(oracle.HasDueRead);
        Assert.False((await JudgeAsync(oracle, transport)).Succeeded);
        Assert.Equal(2, transport.Requests.Count);
    }

    [Theory]
    [InlineData("$.errors[0].message", "charged twice", false)]
    [InlineData("$.data.state", "failed", false)]
    [InlineData("$.data.state", "open", true)]
    public async Task Not_GraphQlError_IsSeen(string path, string value, bool holds)
    {
        var oracle = Oracle(Of("order"), Not(new SuccessCondition { Operation = "buy", Json = Map(path, value) }));
        oracle.Observe(1, "buy", Some.Exchange(200, """{"data":{"state":"failed"},"errors":[{"message":"charged twice"}]}""") with { ErrorType = TargetErrors.GraphQl });
        oracle.Observe(2, "order", Some.Exchange(200));

        Assert.Equal(holds, (await JudgeAsync(oracle, new FakeTransport())).Succeeded);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("$.data.state", false)]
    [InlineData("$.errors[0].message", true)]
    public void Observe_GraphQlError_CountsOnlyWhereItIsAskedFor(string? path, bool ok)
    {
        var oracle = Oracle(new SuccessCondition { Operation = "buy", Json = path is null ? ImmutableSortedDictionary<string, string>.Empty : Map(path, "x") });

        oracle.Observe(1, "buy", Some.Exchange(200, """{"data":{"state":"x"},"errors":[{"message":"x"}]}""") with { ErrorType = TargetErrors.GraphQl });

        Assert.Equal(ok, oracle.IsSatisfiedSoFar);
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(200, false)]
    public async Task Not_AllOfOperationAndRead_KeepsItsCaptureToItself(int status, bool holds)
    {
        var oracle = Oracle(Of("order=201"), Not(All("pay{id=$.id}; GET /payments/{{id}}=200")));

        oracle.Observe(1, "order", Some.Exchange(201));
        oracle.Observe(2, "pay", Some.Exchange(200, """{"id":3}"""));
        var transport = new FakeTransport(Some.Exchange(status));

        Assert.Equal(holds, (await JudgeAsync(oracle, transport)).Succeeded);
        Assert.Equal("/api/payments/3", Assert.Single(transport.Requests).Url.AbsolutePath);
        Assert.Empty(oracle.Captured);
    }

    [Fact]
    public async Task Not_ValueThatWasNotCaptured_ProvesNothing()
    {
        var oracle = Oracle(Of("order=201{id=$.id}"), Not(Of("GET /orders/{{id}}=200")));
        oracle.Observe(1, "order", Some.Exchange(500));

        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.Equal(new OracleEvidence("not GET /orders/{{id}} = 200", false, "not sent: 'id' was not captured"), verdict.Evidence[1]);
    }

    [Theory]
    [InlineData("7", true)]
    [InlineData("8", false)]
    public async Task Captured_TwoValues_AreCompared(string paid, bool ok)
    {
        var oracle = Oracle(Of("cart{total=$.total}"), Of("pay{paid=$.amount}"), new SuccessCondition { Captured = Map("paid", "\"{{total}}\"") });

        oracle.Observe(1, "cart", Some.Exchange(200, """{"total":7}"""));
        oracle.Observe(2, "pay", Some.Exchange(200, $$"""{"amount":{{paid}}}"""));
        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.Equal(ok, verdict.Succeeded);
        Assert.Equal(ok ? "paid is 7" : "paid is 8, expected 7", verdict.Evidence[2].Detail);
    }

    [Fact]
    public async Task Captured_DataOfTheSession_IsFilledInAndSecretsStayOut()
    {
        var secret = new string('s', 200);
        var goal = new GoalSpec { Name = "g", Goal = "x", Success = [.. Of("me{name=$.name}"), new SuccessCondition { Captured = Map("name", "\"{{user.name}}\"") }] };
        var oracle = new DeclaredOracle(goal, Base, static name => name == "user.name" ? "Ann" : null, text => text.Replace(secret, "[redacted]", StringComparison.Ordinal));

        oracle.Observe(1, "me", Some.Exchange(200, $$"""{"name":"{{secret}}"}"""));
        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.Equal(["action 1: 200, name=[redacted]", "name is [redacted], expected Ann"], verdict.Evidence.Select(static each => each.Detail));
    }

    [Theory]
    [InlineData("\"c-1\"", true)]
    [InlineData("\"c-2\"", false)]
    [InlineData("\"\\ud800\"", false)]
    public async Task State_Variable_IsComparedAsItIsAtTheEnd(string value, bool ok)
    {
        var oracle = Oracle(Of("cart"), new SuccessCondition { State = Map("cartId", "c-1") });
        var state = Some.Session();
        oracle.Observe(1, "cart", Some.Exchange(200));
        state.Variables["cartId"] = Some.Json(value);

        var verdict = await oracle.JudgeAsync(new FakeTransport(), "shop", state, TimeProvider.System, Cancellation);

        Assert.Equal(ok, verdict.Succeeded);
    }

    [Fact]
    public async Task Read_AsNobody_ShowsNoCredentials()
    {
        var oracle = Oracle(Of("order"), new SuccessCondition { Read = "GET /orders/1", As = ReadAs.Nobody, Status = 401 });
        var state = Some.Session();
        state.BearerToken = "t-1";
        state.Cookies.Take(Base, "sid=c-1");
        var transport = new FakeTransport(Some.Exchange(401));
        oracle.Observe(1, "order", Some.Exchange(200));

        var verdict = await oracle.JudgeAsync(transport, "shop", state, TimeProvider.System, Cancellation);

        Assert.True(verdict.Succeeded);
        Assert.Equal(new OracleEvidence("GET /orders/1 as nobody = 401", true, "GET /api/orders/1 as nobody: 401"), verdict.Evidence[1]);
        var request = Assert.Single(transport.Requests);
        Assert.DoesNotContain(request.Headers!, static header => header.Key is "Authorization" or "Cookie");
        Assert.Equal(state.Trace.TraceId, request.Trace.TraceId);
    }

    [Fact]
    public async Task Failure_AnswerOfAnOperation_IsKnownAtOnceAndWinsOverSuccess()
    {
        var oracle = WithFailure([.. Of("order=201")], Of("order{total=$.total}")[0] with { Json = Map("$.total", """{"below":0}""") });

        oracle.Observe(1, "order", Some.Exchange(201, """{"total":3}"""));
        Assert.Null(oracle.Failure);
        oracle.Observe(2, "order", Some.Exchange(201, """{"total":-3}"""));
        var verdict = await JudgeAsync(oracle, new FakeTransport());

        Assert.Equal("action 2: 201, total=-3", oracle.Failure?.Detail);
        Assert.False(verdict.Succeeded);
        Assert.Equal(oracle.Failure, verdict.Failure);
        Assert.Equal([("order = 201", true), ("must not hold: order = 2xx $.total {\"below\":0}", false)], verdict.Evidence.Select(static each => (each.Condition, each.Ok)));
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(200, false)]
    public async Task Failure_Read_IsAskedAtTheEnd(int status, bool failed)
    {
        var oracle = WithFailure([.. Of("order=201{id=$.id}")], Of("GET /orders/{{id}}=404")[0]);
        oracle.Observe(1, "order", Some.Exchange(201, """{"id":1}"""));

        var verdict = await JudgeAsync(oracle, new FakeTransport(Some.Exchange(status)));

        Assert.Equal(failed, verdict.Failure is not null);
        Assert.Equal(!failed, verdict.Succeeded);
    }

    [Fact]
    public void Validate_MistakesInside_NameTheirPath()
    {
        var exception = Validate(
        [
            new SuccessCondition { Any = [new SuccessCondition { Operation = "chekout" }, new SuccessCondition { All = [new SuccessCondition { Operation = "checkout", Header = Map("A", """{"mni":1}""") }] }] },
            new SuccessCondition { Captured = Map("x", "1") },
            new SuccessCondition { Operation = "checkout", Not = new SuccessCondition { Operation = "checkout" } },
        ]);

        Assert.Contains("goal 'g', success[0].any[0]: unknown operation 'chekout'; did you mean 'checkout'?", exception.Message, StringComparison.Ordinal);
        Assert.Contains("success[0].any[1].all[0]: comparison", exception.Message, StringComparison.Ordinal);
        Assert.Contains("`mni` is no comparison here", exception.Message, StringComparison.Ordinal);
        Assert.Contains("success[1].captured.x: 'x' is captured by no condition before it", exception.Message, StringComparison.Ordinal);
        Assert.Contains("success[2]: needs one of", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SuccessWithoutEvidence_IsRefused()
    {
        var state = new SuccessCondition { State = Map("done", "true") };
        var never = new SuccessCondition { Not = new SuccessCondition { Operation = "checkout" } };

        Assert.Contains("goal 'g', success: rests on no answer of the target", Validate([state]).Message, StringComparison.Ordinal);
        Assert.Contains("rests on no answer", Validate([never, state]).Message, StringComparison.Ordinal);
        Assert.Contains("rests on no answer", Validate([new SuccessCondition { Any = [.. Of("checkout"), state] }]).Message, StringComparison.Ordinal);
        Assert.Contains("failure[0]: rests on no answer", Validate([.. Of("checkout")], never).Message, StringComparison.Ordinal);
        OracleValidator.Validate([Goal([.. Of("checkout"), state, never], Of("GET /orders/1=404")[0])], Catalog());
        OracleValidator.Validate([Goal([Not(Of("GET /orders/1=200"))])], Catalog());
    }

    private static ApeTestException Validate(ImmutableArray<SuccessCondition> success, params ImmutableArray<SuccessCondition> failure) =>
        Assert.Throws<ApeTestException>(() => OracleValidator.Validate([Goal(success, failure)], Catalog()));

    private static GoalSpec Goal(ImmutableArray<SuccessCondition> success, params ImmutableArray<SuccessCondition> failure) =>
        new() { Name = "g", Goal = "x", Success = success, Failure = failure };

    private static ApeTest.Targets.Tools.ToolCatalog Catalog() => OpenApiImporter.Import(
        """{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{"/checkout":{"post":{"operationId":"checkout","responses":{}}}}}""", Base);

    private static ImmutableArray<SuccessCondition> Of(string expression) => SuccessExpression.Parse(expression);

    private static SuccessCondition All(string expression) => new() { All = Of(expression) };

    private static SuccessCondition Any(params ImmutableArray<SuccessCondition>[] alternatives) => new() { Any = [.. alternatives.Select(static each => Assert.Single(each))] };

    private static SuccessCondition Any(SuccessCondition first, ImmutableArray<SuccessCondition> second) => Any([first], second);

    private static SuccessCondition Not(ImmutableArray<SuccessCondition> condition) => new() { Not = Assert.Single(condition) };

    private static SuccessCondition Not(SuccessCondition condition) => new() { Not = condition };

    private static DeclaredOracle Oracle(params object[] conditions) => new(
        [.. conditions.SelectMany(static each => each is SuccessCondition one ? [one] : (ImmutableArray<SuccessCondition>)each)], Base);

    private static DeclaredOracle WithFailure(ImmutableArray<SuccessCondition> success, SuccessCondition failure) => new(Goal(success, failure), Base);

    private static ImmutableSortedDictionary<string, string> Map(string key, string value) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(key, value);

    private static ValueTask<OracleVerdict> JudgeAsync(DeclaredOracle oracle, FakeTransport transport) =>
        oracle.JudgeAsync(transport, "shop", Some.Session(), TimeProvider.System, Cancellation);
}
