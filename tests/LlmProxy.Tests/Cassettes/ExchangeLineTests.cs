using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class ExchangeLineTests
{
    [Fact]
    public void Write_Stream_OneReadableLineWithTheMembersInOrder()
    {
        var line = Encoding.UTF8.GetString(ExchangeLine.Write(Exchange("data: {\"a\": 1.0}\n\n", ": ping\n\n", "data:{\"b\":\"<é>\"}\r\n\r\n", "data: [DONE]\n\n")));
        Assert.Equal("""{"provider":"up","kind":"chat","session":"3-2","request":{"a":1},"status":200,"content_type":"text/event-stream","headers":{"x-request-id":"r1"},"retry_after_ms":1500,"headers_ms":12.5,"body":[{"ms":20,"data":{"a": 1.0}},{"ms":20,"text":": ping\n\n"},{"ms":20,"before":"data:","data":{"b":"<é>"},"after":"\r\n\r\n"},{"ms":20,"text":"data: [DONE]\n\n"}]}""" + "\n", line);
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSameByteForByte()
    {
        var exchange = Exchange("data: {\"a\": 1.0}\n\n", "event: x\ndata: {}\n\n", "data: {\ndata: }\n\n", "\u2028data: {\"a\":\"\\u00e9\\ud83d\"}\n\n");
        var again = ExchangeLine.Read(ExchangeLine.Write(exchange));
        Assert.Equal(exchange.Body.SelectMany(piece => piece.Bytes), again.Body.SelectMany(piece => piece.Bytes));
        Assert.Equal((exchange.Status, exchange.RetryAfter, exchange.HeadersOffset, exchange.Session), (again.Status, again.RetryAfter, again.HeadersOffset, again.Session));
    }

    [Fact]
    public void Write_BytesThatAreNoText_AreBase64()
    {
        byte[] bytes = [0xFF, 0xFE, (byte)'\n', (byte)'\n'];
        var line = ExchangeLine.Write(Exchange() with { Body = PieceReader.Read(bytes, [new(TimeSpan.Zero, 4)], isStream: true, 100) });
        Assert.Contains("\"base64\":\"//4KCg==\"", Encoding.UTF8.GetString(line), StringComparison.Ordinal);
        Assert.Equal(bytes, ExchangeLine.Read(line).Body.Single().Bytes);
    }

    [Theory]
    [InlineData("{\n  \"a\": [\n    1.0,\n    \"x{}, \\\" :\"\n  ],\n  \"b\": {},\n  \"c\": []\n}")]
    [InlineData("{\n    \"four\": 1\n}\n")]
    [InlineData("{ \"a\" : 1 }\r\n")]
    public void Read_WholeBodyOfAnyLayout_IsTheSameByteForByte(string body)
    {
        var line = ExchangeLine.Write(Exchange() with { Body = PieceReader.Read(Encoding.UTF8.GetBytes(body), [new(TimeSpan.Zero, body.Length)], isStream: false, 100) });
        Assert.Equal(line.Length - 1, line.AsSpan().IndexOf((byte)'\n'));
        Assert.Equal(body, Encoding.UTF8.GetString(ExchangeLine.Read(line).Body.Single().Bytes));
    }

    [Fact]
    public void Write_IndentedJson_IsJsonInTheFile()
    {
        const string Body = "{\n  \"id\": \"c1\"\n}";
        var line = ExchangeLine.Write(Exchange() with { Body = PieceReader.Read(Encoding.UTF8.GetBytes(Body), [new(TimeSpan.Zero, Body.Length)], isStream: false, 100) });
        Assert.Contains("""{"ms":0,"before":"","data":{"id":"c1"},"layout":"indented","after":""}""", Encoding.UTF8.GetString(line), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"provider\":\"up\"")]
    [InlineData("""{"provider":"up","kind":"audio","request":{},"status":200,"content_type":null,"headers":{},"headers_ms":0,"body":[]}""")]
    [InlineData("""{"provider":"up","kind":"chat","request":{},"status":200,"content_type":null,"headers":{},"headers_ms":-1,"body":[]}""")]
    [InlineData("""{"provider":"up","kind":"chat","request":{},"status":200,"content_type":null,"headers":{},"headers_ms":0,"body":[{"ms":0}]}""")]
    public void Read_NoExchange_Throws(string line) => Assert.ThrowsAny<JsonException>(() => ExchangeLine.Read(Encoding.UTF8.GetBytes(line)));

    private static Exchange Exchange(params string[] events)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(events));
        return new Exchange
        {
            Provider = "up",
            Kind = RequestKind.Chat,
            Session = "3-2",
            Request = "{\"a\":1}"u8.ToArray(),
            Status = 200,
            ContentType = "text/event-stream",
            Headers = [new("x-request-id", "r1")],
            RetryAfter = TimeSpan.FromSeconds(1.5),
            HeadersOffset = TimeSpan.FromMilliseconds(12.5),
            Body = bytes.Length == 0 ? [] : PieceReader.Read(bytes, [new Arrival(TimeSpan.FromMilliseconds(20), bytes.Length)], isStream: true, 1 << 20),
        };
    }
}
