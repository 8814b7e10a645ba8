using System.Text;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Tools;

public sealed class ObservationWriterTests
{
    private static readonly Dictionary<string, string> NoSecrets = [];

    private static JsonElement Write(TargetExchange exchange) => Some.Json(ObservationWriter.Response(in exchange, NoSecrets));

    [Fact]
    public void Response_SmallJson_IsKeptWithHeadersThatMatter() =>
        Assert.Equal(
            """{"status":201,"body":{"id":7,"name":"Café"},"headers":{"location":"/orders/7","etag":"\"v1\""}}""",
            ObservationWriter.Response(Some.Exchange(201, """{ "id": 7, "name": "Café" }""", headers: [("ETag", "\"v1\""), ("Location", "/orders/7"), ("Server", "x")]), NoSecrets));

    [Fact]
    public void Response_NoBody_HasNone() => Assert.Equal("""{"status":204}""", ObservationWriter.Response(Some.Exchange(204), NoSecrets));

    [Fact]
    public void Response_LongArray_IsTrimmedWithNote()
    {
        var items = string.Join(',', Enumerable.Range(0, 500).Select(static i => $$"""{"id":{{i}},"name":"product number {{i}}"}"""));

        var observation = Write(Some.Exchange(200, $$"""{"total":500,"items":[{{items}}]}"""));

        Assert.InRange(observation.GetProperty("body").GetRawText().Length, 200, ObservationWriter.MaxBody);
        Assert.Equal(500, observation.GetProperty("body").GetProperty("total").GetInt32());
        Assert.Equal(50, observation.GetProperty("body").GetProperty("items").GetArrayLength());
        Assert.Equal($"body truncated: $.items trimmed to 50 of 500 items; the whole body has {items.Length + 24} bytes", observation.GetProperty("note").GetString());
    }

    [Fact]
    public void Response_WideObject_FallsBackToText()
    {
        var properties = string.Join(',', Enumerable.Range(0, 3000).Select(static i => $"\"p{i}\":{i}"));

        var observation = Write(Some.Exchange(200, $"{{{properties}}}"));

        Assert.Equal(ObservationWriter.MaxBody / 2, observation.GetProperty("body").GetString()!.Length);
        Assert.Contains("truncated", observation.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Response_BrokenJson_IsText() => Assert.Equal("{\"a\":", Write(Some.Exchange(200, "{\"a\":")).GetProperty("body").GetString());

    [Fact]
    public void Response_Html_IsTextLinksAndForms()
    {
        const string page = """
            <!doctype html><html><head><title>Fish &amp; <b>chips</title><style>p{}</style><script>var a='<a href="/no">';</script></head>
            <body><!-- no --><h1>Menu</h1><p>Cod&nbsp;and <b>peas</b></p><template><p>hidden</p></template>
            <a href="cod?size=1#top">Cod <i>large</i></a> <a href="https://other.test/x"><img alt="Elsewhere" src="y"></a> <a href="javascript:alert(1)">no</a> <a href="#part">no</a>
            <form action="/login" method="post">
              <input type="hidden" name="csrf" value="tok-&quot;1"><input name="user" required><input type="password" name="pw" value="hunter2">
              <select name="size"><option value="s">Small<option value="l" selected>Large</select>
              <input type="radio" name="sauce" value="tartar"><input type="radio" name="sauce" value="none" checked><input type="checkbox" name="peas">
              <textarea name="note">as <b>usual</textarea><button name="do" value="buy">Buy</button><input type="submit" value="no name"><input name="off" disabled>
            </form></body></html>
            """;

        var observation = Write(Some.Exchange(200, page, "text/html; charset=utf-8", url: "http://shop.test/menu/today"));

        Assert.Equal("Fish & <b>chips", observation.GetProperty("body").GetProperty("title").GetString());
        Assert.Equal("Menu Cod and peas Cod large no no Buy", observation.GetProperty("body").GetProperty("text").GetString());
        Assert.Equal(
            """[{"text":"Cod large","href":"/menu/cod?size=1"},{"text":"Elsewhere","href":"https://other.test/x"}]""",
            observation.GetProperty("body").GetProperty("links").GetRawText());
        Assert.Equal(
            """[{"action":"/login","method":"POST","fields":[{"name":"csrf","type":"hidden","value":"tok-\"1"},{"name":"user","type":"text","required":true},{"name":"pw","type":"password"},{"name":"size","type":"select","value":"l","options":["s","l"]},{"name":"sauce","type":"radio","value":"none","options":["tartar","none"]},{"name":"peas","type":"checkbox","options":["on"]},{"name":"note","type":"textarea","value":"as <b>usual"},{"name":"do","type":"button","value":"buy"}]}]""",
            observation.GetProperty("body").GetProperty("forms").GetRawText());
        Assert.Equal("text/html; charset=utf-8", observation.GetProperty("headers").GetProperty("content-type").GetString());
        Assert.Equal("HTML reduced to its text, links and forms", observation.GetProperty("note").GetString());
    }

    public static TheoryData<string, string> HostilePages => new()
    {
        { "deep", string.Concat(Enumerable.Repeat("<div><b>", 100_000)) + "end" },
        { "tags", string.Concat(Enumerable.Repeat("<p class=a>x</p>", 300_000)) },
        { "attributes", "<a " + string.Concat(Enumerable.Range(0, 200_000).Select(static i => $"x{i}=1 ")) + ">x</a>" },
        { "links", string.Concat(Enumerable.Repeat("<a href='/a'>a</a>", 100_000)) },
        { "fields", "<form>" + string.Concat(Enumerable.Range(0, 100_000).Select(static i => $"<input type=radio name=f{i} value=v>")) },
        { "options", "<form><select name=s>" + string.Concat(Enumerable.Repeat("<option>x", 300_000)) },
        { "unclosed", "<script>" + new string('<', 2_000_000) },
        { "broken", new string('<', 500_000) + new string('&', 500_000) },
        { "value", "<form><input type=hidden name=a value='" + new string('v', 3_000_000) + "'>" },
    };

    [Theory]
    [MemberData(nameof(HostilePages))]
    public void Response_HostileHtml_IsBounded(string name, string page)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var observation = ObservationWriter.Response(Some.Exchange(200, page, "text/html", url: "http://shop.test/"), NoSecrets);

        Assert.InRange(Encoding.UTF8.GetByteCount(observation), 50, 12 * 1024);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 400L << 20, name);
    }

    [Fact]
    public void Response_HeadersThatMatter_AreShown() =>
        Assert.Equal(
            """{"retry-after":"7","www-authenticate":"Bearer","link":"</p2>; rel=next","x-ratelimit-remaining":"0"}""",
            Write(Some.Exchange(429, headers: [("Link", "</p2>; rel=next"), ("WWW-Authenticate", "Bearer"), ("X-RateLimit-Remaining", "0"), ("Retry-After", "7"), ("Set-Cookie", "sid=secret"), ("X-Powered-By", "x")]))
                .GetProperty("headers").GetRawText());

    [Fact]
    public void Response_TextOfJsonThatIsNone_IsStillShown() =>
        Assert.Equal("""{"a":"\ud800"}""", Write(Some.Exchange(200, """{"a":"\ud800"}""")).GetProperty("body").GetString());

    [Fact]
    public void Response_Binary_IsANote()
    {
        var exchange = Some.Exchange(200, contentType: "image/png") with { Body = new byte[] { 0x89, 0x50, 0, 1 }, BodyLength = 4 };

        var observation = Write(exchange);

        Assert.Equal(JsonValueKind.Null, observation.GetProperty("body").ValueKind);
        Assert.Equal("binary body of 4 bytes (image/png) not shown", observation.GetProperty("note").GetString());
    }

    [Fact]
    public void Response_BodyCutByTransport_IsNoted() =>
        Assert.Contains("only the first 3 of 99 bytes", Write(Some.Exchange(200, "abc", "text/plain") with { BodyLength = 99 }).GetProperty("note").GetString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("text/plain; charset=iso-8859-1", new byte[] { 0x43, 0xe9 })]
    [InlineData("text/plain; charset=\"Windows-1252\"", new byte[] { 0x43, 0xe9 })]
    [InlineData("text/plain; charset=utf-16", new byte[] { 0xff, 0xfe, 0x43, 0, 0xe9, 0 })]
    [InlineData("text/plain; charset=utf-16be", new byte[] { 0, 0x43, 0, 0xe9 })]
    [InlineData("text/plain", new byte[] { 0x43, 0xc3, 0xa9 })]
    public void Response_Charset_IsReadByIt(string type, byte[] body) =>
        Assert.Equal("Cé", Write(Some.Exchange(200, contentType: type) with { Body = body, BodyLength = body.Length }).GetProperty("body").GetString());

    [Fact]
    public void Response_HtmlInLatin1_IsReadByIt() =>
        Assert.Equal("Cé", Write(Some.Exchange(200, contentType: "text/html; charset=ISO-8859-1") with { Body = Encoding.Latin1.GetBytes("<title>Cé</title>"), BodyLength = 17 })
            .GetProperty("body").GetProperty("title").GetString());

    [Fact]
    public void Response_InvalidUtf8_IsStillJson() =>
        Assert.Equal(200, Write(Some.Exchange(200, contentType: "text/plain") with { Body = new byte[] { 0xff, 0xfe, 0x41 }, BodyLength = 3 }).GetProperty("status").GetInt32());

    [Fact]
    public void Response_Anything_IsBounded()
    {
        foreach (var body in new[] { new string('"', 100_000), "[" + string.Join(',', Enumerable.Repeat("\"\\u0001\"", 20_000)) + "]", "\"" + new string('é', 50_000) + "\"" })
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(ObservationWriter.Response(Some.Exchange(200, body), NoSecrets)), 1, 32 * 1024);
        }
    }
}
