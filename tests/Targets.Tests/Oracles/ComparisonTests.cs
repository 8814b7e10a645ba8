using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Tests.Oracles;

public sealed class ComparisonTests
{
    private const string Body = """
        {"total":12.5,"count":"3","state":"paid","note":null,"tags":["hot","new"],"items":[{"sku":"tea","n":1},{"sku":"coffee","n":2}],"empty":[],"big":9007199254740993,"inf":"Infinity","nan":"NaN","nullText":"null","falseText":"false","listText":"[1]","texts":["\ud800","good"],"holes":[null,"","full"],"who":{"name":"Ann","age":41}}
        """;

    private static readonly Uri Base = new("http://127.0.0.1:5080/api");

    [Theory]
    [InlineData("$.total", """{"min":12.5,"max":12.5}""", true)]
    [InlineData("$.total", """{"above":12.5}""", false)]
    [InlineData("$.total", """{"below":12.6}""", true)]
    [InlineData("$.total", """{"min":20}""", false)]
    [InlineData("$.count", """{"min":3}""", true)]
    [InlineData("$.count", "3", true)]
    [InlineData("$.count", "\"3\"", true)]
    [InlineData("$.total", "\"12.5\"", false)]
    [InlineData("$.state", """{"min":0}""", false)]
    [InlineData("$.state", """{"not":"open"}""", true)]
    [InlineData("$.state", """{"not":"paid"}""", false)]
    [InlineData("$.state", """{"not":{"contains":"ai"}}""", false)]
    [InlineData("$.state", """{"oneOf":["open","paid"]}""", true)]
    [InlineData("$.state", """{"oneOf":["open",7]}""", false)]
    [InlineData("$.state", """{"contains":"ai"}""", true)]
    [InlineData("$.state", """{"matches":"^pa.d$"}""", true)]
    [InlineData("$.state", """{"matches":"^ai"}""", false)]
    [InlineData("$.tags", """{"contains":"new"}""", true)]
    [InlineData("$.tags", """{"contains":"ne"}""", false)]
    [InlineData("$.tags", """["hot","new"]""", true)]
    [InlineData("$.tags", """{"count":2}""", true)]
    [InlineData("$.tags", """{"count":{"min":3}}""", false)]
    [InlineData("$.empty", """{"count":0}""", true)]
    [InlineData("$.state", """{"count":4}""", false)]
    [InlineData("$.who", """{"equals":{"age":41,"name":"Ann"}}""", true)]
    [InlineData("$.who", """{"not":{"equals":{"name":"Ann","age":41}}}""", false)]
    [InlineData("$.who", """{"contains":"age"}""", true)]
    [InlineData("$.who", """{"count":2}""", true)]
    [InlineData("$.note", "null", true)]
    [InlineData("$.note", """{"exists":true}""", true)]
    [InlineData("$.gone", """{"exists":false}""", true)]
    [InlineData("$.gone", """{"exists":true}""", false)]
    [InlineData("$.gone", """{"not":"paid"}""", false)]
    [InlineData("$.items[*].sku", "coffee", true)]
    [InlineData("$.items[*].sku", "milk", false)]
    [InlineData("$.items[*].n", """{"above":1,"below":3}""", true)]
    [InlineData("$.items[*].sku", """{"exists":false}""", false)]
    [InlineData("$.items[*].price", """{"exists":false}""", true)]
    [InlineData("$.big", "9007199254740993", true)]
    [InlineData("$.big", "9007199254740992", false)]
    [InlineData("$.big", """{"max":9007199254740992}""", false)]
    [InlineData("$.big", """{"above":9007199254740992}""", true)]
    [InlineData("$.inf", """{"min":1}""", false)]
    [InlineData("$.nan", """{"not":{"min":1}}""", false)]
    [InlineData("$.nullText", "null", false)]
    [InlineData("$.falseText", "false", false)]
    [InlineData("$.listText", """{"equals":[1]}""", false)]
    [InlineData("$.texts[*]", "good", true)]
    [InlineData("$.texts[*]", """{"not":"other"}""", true)]
    public void Observe_Json_Compares(string path, string comparison, bool ok) =>
        Assert.Equal(ok, Holds(new SuccessCondition { Operation = "pay", Json = Map(path, comparison) }));

    [Theory]
    [InlineData("location", "/orders/17", true)]
    [InlineData("Location", """{"matches":"/orders/\\d+$"}""", true)]
    [InlineData("Location", """{"contains":"items"}""", false)]
    [InlineData("X-Count", "3", true)]
    [InlineData("X-Count", """{"min":4}""", false)]
    [InlineData("X-None", """{"exists":false}""", true)]
    [InlineData("X-None", """{"not":"x"}""", false)]
    [InlineData("Set-Cookie", """{"contains":"b=2"}""", true)]
    public void Observe_Header_Compares(string name, string comparison, bool ok) =>
        Assert.Equal(ok, Holds(new SuccessCondition { Operation = "pay", Header = Map(name, comparison) }));

    [Theory]
    [InlineData("\"Ann\"", null, true)]
    [InlineData("ann", null, false)]
    [InlineData("""{"not":{"contains":"error"}}""", null, true)]
    [InlineData("""{"matches":"\"n\":[12]"}""", null, true)]
    [InlineData(null, "\"sku\":\"c.*e\"", true)]
    [InlineData(null, "milk", false)]
    [InlineData("Ann", "milk", false)]
    public void Observe_TextAndRegex_LookAtTheBody(string? text, string? regex, bool ok) =>
        Assert.Equal(ok, Holds(new SuccessCondition { Operation = "pay", Text = text, Regex = regex }));

    [Fact]
    public void Observe_BodyThatWasCut_ProvesNoAbsence()
    {
        var cut = Some.Exchange(200, "all is well") with { BodyLength = 5_000_000 };

        Assert.False(Holds(new SuccessCondition { Operation = "pay", Text = """{"not":{"contains":"error"}}""" }, cut));
        Assert.True(Holds(new SuccessCondition { Operation = "pay", Text = "well" }, cut));
    }

    [Theory]
    [InlineData("""{"state":"\ud800"}""")]
    [InlineData("""{"\udfff":1,"state":"open"}""")]
    [InlineData("""{"state":""")]
    [InlineData("")]
    public void Observe_BodyThatIsNoText_IsNoMatch(string body) =>
        Assert.False(Holds(new SuccessCondition { Operation = "pay", Json = Map("$.state", """{"contains":"paid"}"""), Capture = Map("x", "$.state") }, Some.Exchange(200, body)));

    // A backtracking engine would need longer than the universe exists; the test's own time limit is that of the run.
    [Fact]
    public void Observe_HostileBody_IsMatchedInLinearTime() =>
        Assert.False(Holds(new SuccessCondition { Operation = "pay", Regex = "^(a+)+$" }, Some.Exchange(200, new string('a', 200_000) + "!")));

    [Theory]
    [InlineData("$.state", "paid")]
    [InlineData("$.total", "12.5")]
    [InlineData("$.items[1].sku regex:^(.)", "c")]
    [InlineData("header:Location", "/orders/17")]
    [InlineData("header:location regex:/orders/([^/]+)$", "17")]
    [InlineData("regex:\"age\":(?<value>\\d+)", "41")]
    [InlineData("regex:co..ee", "coffee")]
    [InlineData("header:Set-Cookie regex:b=(.+)", "2")]
    [InlineData("$.holes[*]", "full")]
    [InlineData("$.holes[*] regex:^f(.+)", "ull")]
    [InlineData("$.texts[*]", "good")]
    [InlineData("header:X-None", null)]
    [InlineData("regex:milk", null)]
    [InlineData("$.holes[1]", null)]
    [InlineData("$.texts[0]", null)]
    public void Observe_Capture_TakesFromPathHeaderOrBody(string source, string? expected)
    {
        var oracle = new DeclaredOracle([new SuccessCondition { Operation = "pay", Capture = Map("x", source) }], Base);

        oracle.Observe(1, "pay", Answer);

        Assert.Equal(expected, oracle.Captured.GetValueOrDefault("x"));
        Assert.Equal(expected is not null, oracle.IsSatisfiedSoFar);
    }

    [Theory]
    [InlineData("\"\"", ComparisonSubject.Body, "every body contains the empty text")]
    [InlineData("""{"count":"x"}""", ComparisonSubject.Json, "`count` needs a number")]
    [InlineData("""{"not":"\ud800"}""", ComparisonSubject.Json, "half a character")]
    public void TryParse_ComparisonThatSaysNothing_IsRefused(string text, ComparisonSubject subject, string expected)
    {
        Assert.False(Comparison.TryParse(text, subject, out _, out var error));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20", "20.0", true)]
    [InlineData("20", "20.5", false)]
    [InlineData("-0.50", "-0.5", true)]
    [InlineData("9007199254740993", "9007199254740992", false)]
    // Codes are no amounts.
    [InlineData("\"007\"", "7", false)]
    [InlineData("\"1e2\"", "100", false)]
    [InlineData("\"1.0.0\"", "\"1.0.00\"", false)]
    public async Task JudgeAsync_CapturedNumbers_CompareByValue(string first, string second, bool ok)
    {
        var oracle = new DeclaredOracle(
            [
                new SuccessCondition { Operation = "pay", Capture = Map("a", "$.a").Add("b", "$.b") },
                new SuccessCondition { Captured = Map("a", "\"{{b}}\"") },
            ],
            Base);

        oracle.Observe(1, "pay", Some.Exchange(200, $$"""{"a":{{first}},"b":{{second}}}"""));

        var verdict = await oracle.JudgeAsync(new FakeTransport(), "shop", Some.Session(), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(ok, verdict.Succeeded);
    }

    [Theory]
    [InlineData("2xx", 204, true)]
    [InlineData("2xx", 302, false)]
    [InlineData("200|409", 409, true)]
    [InlineData("4XX | 200", 418, true)]
    public void Observe_SeveralStatuses_AreAllRight(string statuses, int status, bool ok) =>
        Assert.Equal(ok, Holds(new SuccessCondition { Operation = "pay", Statuses = statuses }, Some.Exchange(status)));

    [Theory]
    [InlineData("\"7\"", "\"{{id}}\"", true)]
    [InlineData("7", "\"{{id}}\"", true)]
    [InlineData("8", "\"{{id}}\"", false)]
    [InlineData("6", """{"below":"{{id}}"}""", true)]
    [InlineData("""{"id":"7"}""", """{"equals":{"id":"{{id}}"}}""", true)]
    public void Observe_CapturedValue_IsFilledIn(string body, string comparison, bool ok)
    {
        var oracle = new DeclaredOracle([new SuccessCondition { Operation = "order", Capture = Map("id", "$.id") }, new SuccessCondition { Operation = "pay", Json = Map("$", comparison) }], Base);

        oracle.Observe(1, "order", Some.Exchange(201, """{"id":7}"""));
        oracle.Observe(2, "pay", Some.Exchange(200, body));

        Assert.Equal(ok, oracle.IsSatisfiedSoFar);
    }

    private static ApeTest.Targets.Http.TargetExchange Answer =>
        Some.Exchange(200, Body, headers: [("Location", "/orders/17"), ("X-Count", "3"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]);

    private static bool Holds(SuccessCondition condition, ApeTest.Targets.Http.TargetExchange? answer = null)
    {
        var oracle = new DeclaredOracle([condition], Base);
        oracle.Observe(1, "pay", answer ?? Answer);
        return oracle.IsSatisfiedSoFar;
    }

    private static ImmutableSortedDictionary<string, string> Map(string key, string value) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(key, value);
}
