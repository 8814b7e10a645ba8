using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Tests.SseParsing;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n", "a|b")]
    [InlineData("data:a\r\n\r\ndata: b\r\n\r\n", "a|b")]
    [InlineData("data: a\r\rdata: b\r\r", "a|b")]
    [InlineData(": comment\n\ndata: a\n\n", "|a")]
    [InlineData("event: x\ndata: one\ndata: two\ndata\nid: 3\n\n", "one\ntwo\n")]
    [InlineData("datax: no\ndata: ä€😀\n\n", "ä€😀")]
    [InlineData("data:  two blanks\n\n", " two blanks")]
    public void TryRead_CutAnywhere_GivesTheSameEvents(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(expected, string.Join('|', Read(bytes, size, 1 << 16)));
        }
    }

    [Fact]
    public void TryRead_RawBytes_AddUpToTheInput()
    {
        var bytes = Encoding.UTF8.GetBytes("data: a\n\n: c\n\nevent: x\r\ndata: b\r\n\r\n");
        using var reader = new SseReader(1 << 16);
        bytes.CopyTo(reader.Free());
        reader.Advance(bytes.Length);
        var raw = new List<byte>();
        while (reader.TryRead(out var next))
        {
            raw.AddRange(next.Raw.ToArray());
        }

        Assert.Equal(bytes, raw);
    }

    [Fact]
    public void TryReadRest_NoLastBlankLine_GivesIt()
    {
        Assert.Equal(["a", "b"], Read(Encoding.UTF8.GetBytes("data: a\n\ndata: b"), 100, 1 << 16));
    }

    [Fact]
    public void TryRead_BeyondTheLimit_Throws()
    {
        Assert.Throws<SseLimitException>(() => Read(Encoding.UTF8.GetBytes("data: " + new string('a', 5000)), 512, 2048));
    }

    [Fact]
    public void TryRead_LargeEventWithinTheLimit_Grows()
    {
        var large = new string('a', 100_000);
        Assert.Equal([large], Read(Encoding.UTF8.GetBytes($"data: {large}\n\n"), 1000, 1 << 20));
    }

    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"x"}}]}""", true)]
    [InlineData("""{"choices":[{"index":0,"delta":{"reasoning":"hm"}}]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}}]}""", true)]
    [InlineData("""{"choices":[{"index":0,"delta":{"tool_calls":[]}}]}""", false)]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}""", false)]
    public void Chunk_Token_OnlyContentAndToolCalls(string json, bool token) =>
        Assert.Equal(token, ChunkReader.Read(Encoding.UTF8.GetBytes(json)).Token);

    [Fact]
    public void Chunk_SeveralChoices_TracksEach()
    {
        var facts = ChunkReader.Read("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop"},{"index":1,"delta":{"content":"x"},"finish_reason":null}],"usage":null}"""u8);
        Assert.Equal(0b11UL, facts.Choices);
        Assert.Equal(0b01UL, facts.Finished);
        Assert.False(facts.HasUsage);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("12")]
    [InlineData("""{"choices":[{"delta":""")]
    public void Chunk_NotJson_Throws(string json) => Assert.ThrowsAny<JsonException>(() => ChunkReader.Read(Encoding.UTF8.GetBytes(json)));

    private static List<string> Read(byte[] bytes, int size, int limit)
    {
        using var reader = new SseReader(limit);
        List<string> events = [];
        for (var at = 0; at < bytes.Length;)
        {
            var free = reader.Free();
            var count = Math.Min(Math.Min(size, bytes.Length - at), free.Length);
            bytes.AsMemory(at, count).CopyTo(free);
            reader.Advance(count);
            at += count;
            while (reader.TryRead(out var next))
            {
                events.Add(Encoding.UTF8.GetString(next.Data));
            }
        }

        if (reader.TryReadRest(out var rest))
        {
            events.Add(Encoding.UTF8.GetString(rest.Data));
        }

        return events;
    }
}
