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
        Assert.Equal("body truncated: $.items trimmed to 50 of 500 items", observation.GetProperty("note").GetString());
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
    public void Response_Html_IsItsText()
    {
        var observation = Write(Some.Exchange(200, "<html><head><style>p{}</style><script>var a='<b>';</script></head><body><!-- no --><p>Fish &amp; <b>chips</b></p></body></html>", "text/html"));

        Assert.Equal("Fish & chips", observation.GetProperty("body").GetString());
    }

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
