using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Tests.Oracles;

/// <summary>Answers of which it cannot be said whether they are as told: proof of nothing, below <c>not</c> neither.</summary>
public sealed class UnjudgeableAnswerTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080/api");

    private static readonly string Deep = $$"""{"state":"failed","x":{{new string('[', 2_000)}}{{new string(']', 2_000)}}}""";

    public static TheoryData<string, bool> Bodies => new()
    {
        { """{"state":"open"}""", true },
        { """{"state":"failed"}""", false },
        { """{"state":"fail""", false },
        { "<html>Log in</html>", false },
        { """{"state":"\ud800"}""", false },
        { """{"state":"\udc00\ud800"}""", false },
        { "", false },
        { Deep, false },
        { "\uFEFF{\"state\":\"failed\"}", false },
        { "\uFEFF{\"state\":\"open\"}", true },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Not_ReadWhoseJsonIsAsked_HoldsOnlyWhereTheBodySaysSo(string body, bool holds)
    {
        var oracle = Oracle(Op("pay"), Not(new SuccessCondition { Read = "GET /r", Json = Map("$.state", "failed") }));
        oracle.Observe(1, "pay", Some.Exchange(200));

        Assert.Equal(holds, (await JudgeAsync(oracle, Some.Exchange(200, body))).Succeeded);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Not_OperationWhoseJsonIsAsked_HoldsOnlyWhereTheBodySaysSo(string body, bool holds)
    {
        var oracle = Oracle(Op("pay"), Not(Op("send") with { Json = Map("$.state", "failed") }));
        oracle.Observe(1, "send", Some.Exchange(200, body));
        oracle.Observe(2, "pay", Some.Exchange(200));

        Assert.Equal(holds, (await JudgeAsync(oracle)).Succeeded);
    }

    [Theory]
    [InlineData("text", "all is well", false)]
    [InlineData("text", "all ERROR is well", false)]
    [InlineData("regex", "all is well", false)]
    [InlineData("json", """{"state":"open"}""", false)]
    public async Task Not_BodyThatWasCut_ProvesNoAbsence(string field, string body, bool holds)
    {
        var asked = field switch
        {
            "text" => new SuccessCondition { Read = "GET /r", Text = "ERROR" },
            "regex" => new SuccessCondition { Read = "GET /r", Regex = "ERROR" },
            _ => new SuccessCondition { Read = "GET /r", Json = Map("$.state", "failed") },
        };
        var oracle = Oracle(Op("pay"), Not(asked));
        oracle.Observe(1, "pay", Some.Exchange(200));

        var verdict = await JudgeAsync(oracle, Some.Exchange(200, body) with { BodyLength = 5_000_000 });

        Assert.Equal(holds, verdict.Succeeded);
    }

    [Theory]
    [InlineData("well", null, true)]
    [InlineData(null, "^all is", true)]
    // The end of what was kept is not the end of what was sent.
    [InlineData(null, "well$", false)]
    [InlineData("""{"equals":"all is well"}""", null, false)]
    [InlineData("""{"not":{"equals":"all"}}""", null, true)]
    [InlineData("""{"not":{"contains":"ERROR"}}""", null, false)]
    public void Observe_BodyThatWasCut_ProvesWhatItHolds(string? text, string? regex, bool ok) =>
        Assert.Equal(ok, Holds(Op("pay") with { Text = text, Regex = regex }, Some.Exchange(200, "all is well") with { BodyLength = 5_000_000 }));

    [Fact]
    public async Task JudgeAsync_JsonThatWasCut_SaysSo()
    {
        var oracle = Oracle(Op("pay") with { Json = Map("$.state", "open") });
        oracle.Observe(1, "pay", Some.Exchange(200, """{"state":"open"}""") with { BodyLength = 5_000_000 });

        Assert.Equal("action 1: 200, only 16 of its 5000000 bytes were kept", (await JudgeAsync(oracle)).Evidence[0].Detail);
    }

    [Fact]
    public async Task Not_ValueThatIsCapturedOnlyLater_ProvesNothing()
    {
        var oracle = Oracle(Op("order") with { Capture = Map("id", "$.id") }, Not(Op("cancel") with { Json = Map("$.id", "\"{{id}}\"") }));

        oracle.Observe(1, "cancel", Some.Exchange(200, """{"id":5}"""));
        oracle.Observe(2, "order", Some.Exchange(200, """{"id":5}"""));
        var verdict = await JudgeAsync(oracle);

        Assert.Equal((false, "action 1: 200, 'id' was not captured"), (verdict.Succeeded, verdict.Evidence[1].Detail));
    }

    [Fact]
    public async Task Failure_ValueThatWasNotCaptured_IsNotTheTargetsFault()
    {
        var failure = Not(new SuccessCondition { Read = "GET /r", Json = Map("$.last", "\"{{id}}\"") });
        var oracle = new DeclaredOracle(new GoalSpec { Name = "g", Goal = "x", Success = [Op("order") with { Capture = Map("id", "$.id") }], Failure = [failure] }, Base);

        var verdict = await JudgeAsync(oracle, Some.Exchange(200, """{"last":7}"""));

        Assert.Null(verdict.Failure);
        Assert.False(verdict.Succeeded);
    }

    [Theory]
    [InlineData(TargetErrors.Timeout, false)]
    [InlineData(TargetErrors.Reset, false)]
    [InlineData(TargetErrors.Connect, true)]
    [InlineData(TargetErrors.Denied, true)]
    public async Task Not_OperationWithoutAnswer_HoldsOnlyWhereItWasNotSent(string error, bool holds)
    {
        var oracle = Oracle(Op("pay"), Not(Op("cancel")));
        oracle.Observe(1, "pay", Some.Exchange(200));
        oracle.Observe(2, "cancel", TargetExchange.Failed(error, "no answer"));

        Assert.Equal(holds, (await JudgeAsync(oracle)).Succeeded);
    }

    [Theory]
    [InlineData("no \ud83d\ude00")]
    [InlineData("no 1e99999999999")]
    public async Task JudgeAsync_CapturedValueThatCannotBeCompared_ThrowsNothing(string body)
    {
        var oracle = Oracle(
            Op("pay") with { Capture = Map("x", "regex:no (.+)") },
            new SuccessCondition { Read = "GET /r", Json = Map("$.n", "\"{{x}}\"") });
        var half = Oracle(Op("pay") with { Capture = Map("x", "regex:no (.)"), Json = Map("$.n", "[1e99999999999]") });
        half.Observe(1, "pay", Some.Exchange(200, body));
        oracle.Observe(1, "pay", Some.Exchange(200, body));

        Assert.False((await JudgeAsync(oracle, Some.Exchange(200, """{"n":7}"""))).Succeeded);
        Assert.False((await JudgeAsync(oracle, Some.Exchange(200, """{"n":1e99999999998}"""))).Succeeded);
        Assert.False((await JudgeAsync(half)).Succeeded);
    }

    [Fact]
    public void Observe_RegexThatTakesHalfACharacter_CapturesNothing()
    {
        var oracle = Oracle(Op("pay") with { Capture = Map("x", "regex:no (.)") });

        oracle.Observe(1, "pay", Some.Exchange(200, "no \ud83d\ude00"));

        Assert.False(oracle.IsSatisfiedSoFar);
        Assert.Empty(oracle.Captured);
    }

    [Fact]
    public void Observe_NumberBeyondAllBounds_ThrowsNothing() =>
        Assert.False(Holds(Op("pay") with { Json = Map("$.n", "[1e99999999999]") }, Some.Exchange(200, """{"n":[2e99999999999]}""")));

    [Fact]
    public void Matches_PatternThatTakesTooLong_IsUnknown()
    {
        // Exponential to the text, unlike the patterns of scenarios: no machine is quick enough.
        var pattern = new Regex("^(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(1));
        var text = new string('a', 100) + "!";

        Assert.Equal(Truth.Unknown, PartialText.Matches(pattern, text, isCut: false));
        Assert.Null(PartialText.Capture(pattern, text, isCut: false, out var isKnown));
        Assert.False(isKnown);
    }

    private static bool Holds(SuccessCondition condition, in TargetExchange exchange)
    {
        var oracle = Oracle(condition);
        oracle.Observe(1, "pay", in exchange);
        return oracle.IsSatisfiedSoFar;
    }

    private static SuccessCondition Op(string name) => new() { Operation = name };

    private static SuccessCondition Not(SuccessCondition condition) => new() { Not = condition };

    private static DeclaredOracle Oracle(params ImmutableArray<SuccessCondition> conditions) => new(conditions, Base);

    private static ImmutableSortedDictionary<string, string> Map(string key, string value) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(key, value);

    private static ValueTask<OracleVerdict> JudgeAsync(DeclaredOracle oracle, params TargetExchange[] answers) =>
        oracle.JudgeAsync(new FakeTransport(answers), "shop", Some.Session(), TimeProvider.System, Cancellation);
}
