using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Tests.Loading.Journeys;

public sealed class BrokenJourneyTests
{
    public static TheoryData<string, string, string> Steps => new()
    {
        { "{ get: products }", "get", "must start with `/`, or be an http(s) URL" },
        { "{ get: //evil.example/x }", "get", "must start with one `/`" },
        { "{ get: \"{{uuid()}}/x\" }", "get", "must start with `/`, or with a value that is a URL" },
        { "{ get: \"/a b\" }", "get", "must not hold blanks" },
        { "{ get: \"http://evil.example/x\" }", "get", "the host `evil.example` is not the target's. Add it: `target: { hosts: [ evil.example ] }`" },
        { "{ get: \"http://127.0.0.1:5080@evil.example/x\" }", "get", "is not an http(s) URL" },
        { "{ get: \"http://{{user.name}}/x\" }", "get", "must name its host" },
        { "{ get: \"ftp://127.0.0.1:5080/x\" }", "get", "is not an http(s) URL" },
        { "{ request: \"G(T /x\" }", "request", "`G(T` is not a method of HTTP" },
        { "{ request: \"purge /x\" }", "request", "must be in capitals: HTTP's methods have case. Write `PURGE`" },
        { "{ request: \"CONNECT /x\" }", "request", "opens a tunnel" },
        { "{ request: PURGE }", "request", "is not a method" },
        { "{ get: /, post: / }", "post", "cannot be beside get: a step is one thing" },
        { "{ get: /, json: {}, text: x }", "text", "cannot be beside json: a request has one body" },
        { "{ get: /, variables: { a: 1 } }", "variables", "belongs to `graphql`" },
        { "{ get: /, contentType: a/b }", "contentType", "is of a body, and there is none" },
        { "{ get: /, text: x, contentType: nonsense }", "contentType", "must be a media type" },
        { "{ get: /, headers: { \"X Y\": a } }", "headers[\"X Y\"]", "is not a name of a header" },
        { "{ get: /, headers: { Host: a } }", "headers.Host", "is set by ApeTest itself" },
        { "{ get: /, headers: { X-A: \"a\\nb\" } }", "headers.X-A", "must not hold line breaks" },
        { "{ get: /, headers: { X-A: \"${NOT_SET}\" } }", "headers.X-A", "the environment variable NOT_SET is not set" },
        { "{ get: \"/{{tokn}}\" }", "get", "no earlier step extracts `tokn`. Did you mean `{{token}}`?" },
        { "{ get: \"/{{user.nam}}\" }", "get", "Did you mean `user.name`?" },
        { "{ get: \"/{{later}}\", extract: { later: $.x } }", "get", "no earlier step extracts `later`" },
        { "{ get: \"/{{token:json}}\" }", "get", "belongs into a JSON body" },
        { "{ get: /, json: { a: \"x {{token:json}}\" } }", "json", "must be all of its text" },
        { "{ get: /, json: { a: \"{{uuid():json}}\" } }", "json", "would not be JSON: its values are texts" },
        { "{ get: /, json: { a: \"{{pick(1|b):json}}\" } }", "json", "would not be JSON: its values are texts" },
        { "{ get: /echo/../echo }", "get", "holds a segment `.` or `..`" },
        { "{ get: \"http://127.0.0.1:5080/a/%2E%2e/b\" }", "get", "holds a segment `.` or `..`" },
        { "{ get: /, text: x, contentType: \"a/{{tokn}}\" }", "contentType", "Did you mean `{{token}}`?" },
        { "{ repeat: 0, steps: [ { get: / } ] }", "repeat", "must be >= 1" },
        { "{ get: /, json: { a: \"{{\" } }", "json", "has no `}}`" },
        { "{ get: /, extract: { \"a-b\": $.x } }", "extract.a-b", "is not a name for a captured value" },
        { "{ get: /, extract: { a: x } }", "extract.a", "is not a JSON path" },
        { "{ get: /, extract: { a: \"$.x[0\" } }", "extract.a", "is not a JSON path: a bracket or quote is not closed" },
        { "{ get: /, extract: { a: \"$.\" } }", "extract.a", "is not a JSON path: no name follows its last `.`" },
        { "{ get: /, check: { regex: \"{{user.name}}\" } }", "check.regex", "where values may stand: `text: \"{{user.name}}\"`" },
        { "{ get: /, extract: { a: \"regex:(\" } }", "extract.a", "is not a regular expression" },
        { "{ get: /, extract: { a: \"css:input[name\" } }", "extract.a", "is not a CSS selector" },
        { "{ get: /, extract: { a: \"css:h1 >\" } }", "extract.a", "is not a CSS selector" },
        { "{ get: /, extract: { a: \"css:a@\" } }", "extract.a", "is not the name of an attribute" },
        { "{ get: /, extract: { a: \"xpath://[\" } }", "extract.a", "is not an XPath expression" },
        { "{ get: /, extract: { a: \"cookie:a b\" } }", "extract.a", "is not the name of a cookie" },
        { "{ get: /, check: 700 }", "check", "must be an HTTP status from 100 to 599" },
        { "{ get: /, check: { status: 99 } }", "check.status", "Left out, any below 400 is right." },
        { "{ get: /, check: { status: nine } }", "check.status", "Left out, any below 400 is right." },
        { "{ get: \"/{{int(1..5):json}}\" }", "get", "belongs into a JSON body" },
        { "{ get: /, check: { status: 0 } }", "check.status", "must be an HTTP status from 100 to 599" },
        { "{ get: /, check: { maxBytes: many } }", "check.maxBytes", "must be a number of bytes" },
        { "{ get: /, check: { json: { $.a: { bigger: 1 } } } }", "check.json[\"$.a\"]", "bigger" },
        { "{ get: /, check: { text: \"{{tokn}}\" } }", "check.text", "no earlier step extracts `tokn`" },
        { "{ get: /, check: { statsu: 200 } }", "check.statsu", "unknown field. Did you mean `status`?" },
        { "{ get: /, redirects: 51 }", "redirects", "must be <= 50" },
        { "{ get: /, name: \"a;b\" }", "name", "must be at most 64 letters" },
        { "{ get: /, then: [ { get: / } ] }", "then", "belongs to `if`, and this step is `get`" },
        { "{ if: { status: 404 } }", "then", "needs at least one step" },
        { "{ if: {}, then: [ { get: / } ] }", "if", "needs one of status, value and chance" },
        { "{ if: { chance: 2 }, then: [ { get: / } ] }", "if.chance", "must be <= 1" },
        { "{ if: { value: { tokn: a } }, then: [ { get: / } ] }", "if.value.tokn", "Did you mean `{{token}}`?" },
        { "{ if: { status: 404 }, then: [ { get: / } ], extract: { a: $.x } }", "extract", "belongs to a request" },
        { "{ repeat: 3, max: 2, steps: [ { get: / } ] }", "max", "belongs to `while`" },
        { "{ repeat: 3, steps: [] }", "steps", "needs at least one step" },
        { "{ group: g, repeat: 2, steps: [ { get: / } ] }", "group", "cannot be beside repeat" },
        { "{ think: 1s, timeout: 2s }", "timeout", "belongs to a request" },
        { "{ think: \"lognormal(1s, 20s)\" }", "think", "at most 10 times the mean" },
        { "{ name: x }", "", "says nothing to do" },
        { "{ get: /, file: nowhere.bin }", "file", "the file `nowhere.bin` does not exist" },
        { "{ get: /, multipart: { a: { file: x, text: y } } }", "multipart.a", "needs one of file and text" },
        { "{ get: /, multipart: {} }", "multipart", "has no parts" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void Load_WrongStep_SaysWhereWhatAndHow(string step, string path, string words)
    {
        var error = Load($"steps: [ {{ name: login, get: /, extract: {{ token: $.t }} }}, {step} ]").Errors[0];

        Assert.Equal(path.Length == 0 ? "journeys[0].steps[1]" : path[0] == '[' ? $"journeys[0].steps[1]{path}" : $"journeys[0].steps[1].{path}", error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, error.Line);
    }

    [Theory]
    [InlineData("steps: []", "a journey needs at least one request")]
    [InlineData("steps: [ { think: 1s } ]", "a journey needs at least one request")]
    [InlineData("steps: [ { get: / } ], setup: [ { get: \"/{{x}}\" } ]", "no earlier step extracts `x`")]
    [InlineData("steps: [ { get: /, extract: { x: $.x } } ], teardown: [ { get: \"/{{x}}\" } ]", "no earlier step extracts `x`")]
    [InlineData("steps: [ { name: login, get: / } ], success: [ { operation: logn } ]", "no step is named `logn`. Did you mean `login`?")]
    [InlineData("steps: [ { name: order, get: /, extract: { id: $.id } } ], success: [ { read: \"GET /o/{{ids}}\" } ]", "no earlier condition captures, and no step extracts, `ids`. Did you mean `{{id}}`?")]
    [InlineData("steps: [ { name: login, get: / } ], failure: \"logn=500\"", "no step is named `logn`")]
    [InlineData("steps: [ { get: / } ], thinks: 1s", "unknown field. Did you mean `think`?")]
    public void Load_WrongJourney_SaysSo(string journey, string words) => Assert.Contains(words, Assert.Single(Load(journey).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Load_TooDeep_SaysSo()
    {
        var text = string.Concat(Enumerable.Repeat("[ { repeat: 2, steps: ", 16)) + "[ { get: / } ]" + string.Concat(Enumerable.Repeat(" } ]", 16));

        Assert.Contains("nests deeper than 16 steps", Assert.Single(Load("steps: " + text).Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TooManySteps_SaysSoOnce()
    {
        var text = string.Join(", ", Enumerable.Repeat("{ get: / }", 1_500));

        Assert.Contains("has more than 1000 steps", Assert.Single(Load($"steps: [ {text} ]").Errors).ToString(), StringComparison.Ordinal);
        Assert.True(Load($"steps: [ {string.Join(", ", Enumerable.Repeat("{ get: / }", 1_000))} ]").IsValid);
    }

    [Fact]
    public void Load_SetupWithoutJourneys_SaysSo() => Assert.Contains(
        "is done for journeys, and there are none", Assert.Single(Yaml.Load(Yaml.Minimal + "setup: [ { get: / } ]").Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("cookie:sid")]
    [InlineData("css:h1")]
    [InlineData("xpath://a")]
    public void Load_MarkupInAGoalsCapture_IsRefused(string source) => Assert.Contains("can be taken by steps of journeys only",
        Yaml.Load(Yaml.Minimal.Replace("checkout=201", $"checkout=201{{a={source}}}", StringComparison.Ordinal)).Errors[0].ToString(), StringComparison.Ordinal);

    private static ScenarioLoadResult Load(string journey) => Yaml.Load(
        $"target: {{ url: \"http://127.0.0.1:5080\" }}\ndata: {{ user: {{ rows: [ {{ name: ann }} ] }} }}\njourneys:\n  - {{ {journey} }}");
}
