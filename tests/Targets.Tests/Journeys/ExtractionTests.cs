using System.Text;
using ApeTest.Targets.Journeys;

namespace ApeTest.Targets.Tests.Journeys;

public sealed class ExtractionTests
{
    [Theory]
    [InlineData("$.a", "{\"a\":\"x\"}", "x")]
    [InlineData("$.a", "\ufeff {\"a\":\"x\"}", "x")]
    [InlineData("$.a.b.c", "{\"z\":{\"b\":1},\"a\":{\"b\":{\"c\":-1.50e2}}}", "-1.50e2")]
    [InlineData("$['a b'].c", "{\"a b\":{\"c\":true}}", "true")]
    [InlineData("$.\u00fc", "{\"\\u00fc\":\"escaped key\"}", "escaped key")]
    [InlineData("$.a", "{\"a\":\"\\\"\\\\\\/\\b\\u20ac\\ud83d\\ude00\"}", "\"\\/\b\u20ac\ud83d\ude00")]
    [InlineData("$.a[1]", "{\"a\":[1,[2,3],4]}", "[2,3]")]
    [InlineData("$.a[1][0]", "{\"a\":[1,[2,3],4]}", "2")]
    [InlineData("$.a", "{\"a\": {\"b\" : [ 1 ] } }", "{\"b\" : [ 1 ] }")]
    [InlineData("$", "[1]", "[1]")]
    [InlineData("$", "\"text\"", "text")]
    [InlineData("$[0]", "[7,8]", "7")]
    [InlineData("$[-1].id", "[{\"id\":1},{\"id\":2}]", "2")]
    [InlineData("$.items[*].id", "{\"items\":[{},{\"id\":null},{\"id\":\"\"},{\"id\":3},{\"id\":4}]}", "3")]
    [InlineData("$[*].id", "{\"a\":1,\"b\":{\"id\":\"q\"}}", "q")]
    [InlineData("$.a[*][*].b", "{\"a\":[[],[{\"c\":1},{\"b\":5}]]}", "5")]
    [InlineData("$.a", "{\"b\":{\"a\":1},\"a\":2,\"a\":3}", "2")]
    [InlineData("$.a", "{\"a\":1, this is no JSON", "1")]
    [InlineData("$.id regex:ord-(\\d+)", "{\"id\":\"ord-17\"}", "17")]
    [InlineData("regex:no\\. (\\d+)", "<p>Order no. 42</p>", "42")]
    [InlineData("regex:(?<value>b+)(c)", "<p>abbc</p>", "bb")]
    [InlineData("css:input[name=csrf]@value", "<form><input name=q value=1><input name=csrf value='a&amp;b'></form>", "a&b")]
    [InlineData("css:#no b", "<p id=no>Order <b> 17 </b></p>", "17")]
    [InlineData("css:a[href$='@x']", "<a href='me@x'>mail</a>", "mail")]
    [InlineData("xpath://order[2]/@id", "<?xml version=\"1.0\"?><r><order id='1'/><order id='2'/></r>", "2")]
    [InlineData("xpath:count(//order)", "<r><order/><order/></r>", "2")]
    [InlineData("xpath:string(//o)", "<r><o>a&lt;b</o></r>", "a<b")]
    public void Read_Source_TakesTheValue(string source, string body, string expected)
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", source)) });
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, body));
        Assert.Equal(expected, trip["x"]);
    }

    [Theory]
    [InlineData("$.a", "{\"b\":1}", "x: $.a is not in the body")]
    [InlineData("$.a", "{\"a\":null}", "x: $.a is null")]
    [InlineData("$.a", "{\"a\":\"\"}", "x: $.a is an empty text")]
    [InlineData("$.a", "{\"A\":1}", "x: $.a is not in the body")]
    [InlineData("$.a[2]", "{\"a\":[1,2]}", "x: $.a[2] is not in the body")]
    [InlineData("$.a.b", "{\"a\":\"b\"}", "x: $.a.b is not in the body")]
    [InlineData("$.a", "<html>", "x: $.a is not there: the body is not JSON")]
    [InlineData("$.a", "{\"b\":", "x: $.a is not there: the body is not JSON")]
    [InlineData("$.a", "{'a':1}", "x: $.a is not there: the body is not JSON")]
    [InlineData("$.a", "", "x: $.a is not there: there is no body")]
    [InlineData("$.a", "{\"a\":\"\\ud800\"}", "x: $.a holds a text that is none")]
    [InlineData("$[-1]", "oops", "x: $[-1] is not there: the body is not JSON")]
    [InlineData("$[-1]", "[]", "x: $[-1] gives nothing")]
    [InlineData("regex:z", "abc", "x: regex:z gives nothing")]
    [InlineData("header:Location", "", "x: header:Location is not in the answer")]
    [InlineData("cookie:sid", "", "x: cookie:sid is not in the answer")]
    [InlineData("css:b", "<p>", "x: css:b is not in the answer")]
    [InlineData("css:p@id", "<p>", "x: css:p@id has no such attribute")]
    [InlineData("css:p", "<p> </p>", "x: css:p gives an empty text")]
    [InlineData("xpath://b", "<a/>", "x: xpath://b is not in the answer")]
    [InlineData("xpath://b", "<a", "x: xpath://b is not there: the body is not XML without a document type")]
    [InlineData("xpath://b", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><b>&e;</b>", "x: xpath://b is not there: the body is not XML without a document type")]
    public void Read_SourceThatGivesNothing_FailsWithNameAndSource(string source, string body, string detail)
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", source)) });
        trip.Render(0);
        Assert.Equal(new StepResult("extraction", detail), trip.Answer(0, body));
        Assert.Null(trip["x"]);
    }

    [Fact]
    public void Read_InvalidUtf8_IsNoText()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", "$.a")) });
        trip.Render(0);
        byte[] body = [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Equal("x: $.a holds a text that is none", trip.Journey.Steps[0].Read(Trip.Exchange(body), trip.Values).Detail);
    }

    [Theory]
    [InlineData("$.a", true)]
    [InlineData("$.z", false)]
    [InlineData("$[-1]", false)]
    public void Read_BodyThatWasCut_GivesOnlyWhatIsThere(string source, bool isThere)
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", source)) });
        trip.Render(0);
        var exchange = Trip.Exchange("{\"a\":1,\"b\":\"cut he");
        exchange.BodyLength = 1_000;
        var result = trip.Journey.Steps[0].Read(exchange, trip.Values);
        Assert.Equal(isThere ? null : "extraction", result.ErrorType);
        Assert.Equal(isThere, result.Detail?.Contains("only 18 of the body's 1000 bytes were kept", StringComparison.Ordinal) is not true);
    }

    [Theory]
    [InlineData(16_384, null)]
    [InlineData(16_385, "extraction")]
    public void Read_LongValue_IsKeptUpTo16KiB(int length, string? error)
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", "$.a")) });
        trip.Render(0);
        Assert.Equal(error, trip.Answer(0, $"{{\"a\":\"{new string('y', length)}\"}}").ErrorType);
        Assert.Equal(error is null ? length : null, trip["x"]?.Length);
    }

    [Fact]
    public void Read_ManyLongValues_AreKeptUpTo64KiBOfASession()
    {
        var trip = Trip.Of([.. Enumerable.Range(0, 5).Select(static i => Trip.Get("/") with { Extract = Trip.Extract(($"v{i}", "$.a")) })]);
        var body = $"{{\"a\":\"{new string('y', 16_000)}\"}}";
        for (var i = 0; i < 5; i++)
        {
            trip.Render(i);
            Assert.Equal(i < 4 ? null : "extraction", trip.Answer(i, body).ErrorType);
        }
        trip.Render(0);
        // In place of another of the same name there is room.
        Assert.True(trip.Answer(0, body.Replace('y', 'z')).IsOk);
        Assert.Equal('z', trip["v0"]![0]);
        Assert.Equal('y', trip["v3"]![0]);
        trip.Values.Begin(1, 0, 1, trip.Journey);
        Assert.Null(trip["v0"]);
    }

    [Fact]
    public void Read_ValuesThatGrowInALoop_KeepTheOthers()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("a", "$.a"), ("b", "$.b")) });
        for (var i = 1; i < 400; i++)
        {
            trip.Render(0);
            Assert.True(trip.Answer(0, $"{{\"a\":\"{new string('a', i * 37 % 4_000 + 1)}\",\"b\":\"{i}\"}}").IsOk);
            Assert.Equal((i * 37 % 4_000 + 1, i.ToString(System.Globalization.CultureInfo.InvariantCulture)), (trip["a"]!.Length, trip["b"]));
        }
    }

    [Fact]
    public void Read_OneSourceThatGivesNothing_KeepsNone()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("a", "$.a"), ("b", "regex:(q+)"), ("c", "$.c")) });
        trip.Render(0);
        Assert.False(trip.Answer(0, "{\"a\":1,\"b\":\"qq\"}").IsOk);
        Assert.Equal((null, null), (trip["a"], trip["b"]));
        Assert.True(trip.Answer(0, "{\"a\":1,\"b\":\"qq\",\"c\":3}").IsOk);
        Assert.Equal(("1", "qq", "3"), (trip["a"], trip["b"], trip["c"]));
    }

    [Fact]
    public void Read_HeaderAndCookie_AreTakenFromTheAnswer()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("place", "header:location"), ("no", "header:Location regex:/(\\d+)$"), ("sid", "cookie:sid"), ("other", "cookie:other")) });
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, "", 201, ("Location", "/orders/17"), ("Set-Cookie", "sid=a=b; Path=/"), ("set-cookie", "other=1; Secure")));
        Assert.Equal(("/orders/17", "17", "a=b", "1"), (trip["place"], trip["no"], trip["sid"], trip["other"]));
    }

    public static TheoryData<string, string, string> HostilePages => new()
    {
        { "css:x", Repeat("<div>", 300), "nest deeper than 256" },
        { "css:x", Repeat("<div></x>", 300), "nest deeper than 256" },
        { "css:x", Repeat("<div><table></div></table>", 300), "nest deeper than 256" },
        { "css:x", "<svg></p>" + Repeat("<path/>", 300), "nest deeper than 256" },
        { "css:x", "<p>" + string.Concat(Enumerable.Range(0, 100).Select(static i => $"<b a={i}>")) + "</p>" + Repeat("<p>x</p>", 300), "not closed in order" },
        { "css:x", Repeat("<span>", 200) + Repeat("</x>", 300), "not closed in order" },
        { "css:x", Repeat("<dd><li>", 200), "nest deeper than 256" },
        { "css:x", Repeat("<b><dd><li></b>", 100), "nest deeper than 256" },
        { "css:x", Repeat("<dd><li><tr>", 200), "nest deeper than 256" },
        { "css:x", "<select><style></select>" + Repeat("<div>", 300), "nest deeper than 256" },
        { "css:x", "<svg>" + Repeat("<option>", 300), "nest deeper than 256" },
        { "css:x", "<a" + string.Concat(Enumerable.Range(0, 300).Select(static i => $" b{i}")) + ">", "more than 256 attributes" },
        { "css:x", new string('x', 300 * 1024), "more than 262144 characters" },
        { "css:x", Repeat("<p>x", 16_000), "more than 30000 tags, texts and attributes" },
        { "css:x", Repeat("<br a b c d e f g h i>", 4_000), "more than 30000 tags, texts and attributes" },
        { "xpath://x", Repeat("<a>", 300) + Repeat("</a>", 300), "nest deeper than 256" },
        { "xpath://x", $"<a>{new string('x', 300 * 1024)}</a>", "more than 262144 characters" },
    };

    [Theory]
    [MemberData(nameof(HostilePages))]
    public void Read_PageThatWouldHoldUpTheLoop_IsNotParsed(string source, string page, string words)
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", source)) });
        trip.Render(0);
        Assert.Contains(words, trip.Answer(0, page).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("css:#one", "css:p#two", "<div><p id=one>1</p><p id=two>2</p></div>")]
    [InlineData("xpath://p[1]", "xpath:count(//p)", "<div><p>1</p><p>x</p></div>")]
    public void Read_SeveralValuesOfAPage_AreTakenFromOneDocument(string first, string second, string page)
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("one", first), ("two", second)) });
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, page));
        Assert.Equal(("1", "2"), (trip["one"], trip["two"]));
    }

    [Fact]
    public void Read_UsualPage_IsParsed()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("x", "css:#last")) });
        trip.Render(0);
        var row = "<tr><td><a href=/x><b>x</b></a><td><img src=y><svg><g><path d='M0'/><use href=#i /></g></svg><ul><li>a<li>b</ul>";
        var result = trip.Answer(0, $"<!doctype html><html><body><table>{Repeat(row, 1000)}</table><script>{Repeat("if (a<b) c('<i>');", 300)}</script><title>{Repeat("<u>", 300)}</title><p id=last>17</body></html>");
        Assert.Equal(StepResult.Ok, result);
        Assert.Equal("17", trip["x"]);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    [Fact]
    public void SecretsInClear_Cookies_AreAmongThem()
    {
        var trip = Trip.Of(Trip.Get("/"));
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, "", 200, ("Set-Cookie", "cart=9f8e7d6c5b4a"), ("Set-Cookie", "lang=en")));

        Assert.Equal(["9f8e7d6c5b4a"], trip.Values.SecretsInClear().Values);
    }

    [Fact]
    public void Extracted_OfSecrets_IsRedacted()
    {
        var trip = Trip.Of(
            Trip.Get("/") with { Extract = Trip.Extract(("id", "$.id"), ("a", "$.accessToken"), ("b", "$.b"), ("password", "$.id"), ("c", "cookie:c")) },
            Trip.Get("/") with { Headers = [new("Authorization", "Bearer {{b}}")] });
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, "{\"id\":1,\"accessToken\":\"t1\",\"b\":\"t2\"}", 200, ("Set-Cookie", "c=t3")));
        var shown = trip.Values.Extracted(static text => text);
        Assert.Equal("id=1", string.Join(' ', shown.Where(static value => value.Value != "[redacted]").Select(static value => $"{value.Name}={value.Value}")));
        Assert.Equal(5, shown.Count);
        Assert.Equal("GET /: $.id", shown.Single(static value => value.Name == "id").Source);
    }

    [Fact]
    public void Extracted_LongValueWithASecretAcrossItsEnd_IsCleanedBeforeItIsCut()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("heard", "$.heard")) });
        trip.Render(0);
        // Wherever the cut is, a secret stands across it.
        Assert.Equal(StepResult.Ok, trip.Answer(0, $"{{\"heard\":\"{string.Concat(Enumerable.Repeat("hunter2", 1000))}\"}}"));

        var shown = Assert.Single(trip.Values.Extracted(static text => text.Replace("hunter2", "*", StringComparison.Ordinal)));

        Assert.Equal("*...", shown.Value.TrimStart('*').Insert(0, "*"));
    }

    [Fact]
    public void Read_DetailOfAFailedCheck_HidesSecrets()
    {
        var trip = Trip.Of(
            Trip.Get("/") with { Extract = Trip.Extract(("token", "$.token")) },
            Trip.Get("/") with { Check = new() { Json = Trip.Extract(("$.echo", "expected")) } },
            Trip.Get("/") with { Check = new() { Json = Trip.Extract(("$.password", "expected")) } });
        trip.Render(0);
        Assert.True(trip.Answer(0, "{\"token\":\"s3cr3t-t0ken\"}").IsOk);
        trip.Render(1);
        Assert.Equal("$.echo is \"got [redacted]\", expected expected", trip.Answer(1, "{\"echo\":\"got s3cr3t-t0ken\"}").Detail);
        trip.Render(2);
        Assert.DoesNotContain("hunter2", trip.Answer(2, "{\"password\":\"hunter2\"}").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyPaths_AreFoundInOnePass()
    {
        var sources = Enumerable.Range(0, 80).Select(static i => ($"v{i}", $"$.a[{i}].b.c")).ToArray();
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(sources) });
        trip.Render(0);
        var body = new StringBuilder("{\"a\":[");
        body.AppendJoin(',', Enumerable.Range(0, 80).Select(static i => $"{{\"x\":[{{}}],\"b\":{{\"c\":{i}}}}}")).Append("]}");
        Assert.Equal(StepResult.Ok, trip.Answer(0, body.ToString()));
        Assert.All(Enumerable.Range(0, 80), i => Assert.Equal($"{i}", trip[$"v{i}"]));
    }

    [Fact]
    public void Read_ObjectAndAValueInIt_AreBothFound()
    {
        var trip = Trip.Of(Trip.Get("/") with { Extract = Trip.Extract(("all", "$.a"), ("one", "$.a.b"), ("any", "$.a.c[*]"), ("first", "$.a.c[0]")) });
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, "{\"a\":{\"b\":1,\"c\":[2]},\"d\":3}"));
        Assert.Equal(("{\"b\":1,\"c\":[2]}", "1", "2", "2"), (trip["all"], trip["one"], trip["any"], trip["first"]));
    }
}
