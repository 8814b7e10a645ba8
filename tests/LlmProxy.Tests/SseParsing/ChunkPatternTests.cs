using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Tests.SseParsing;

/// <summary>Whatever it has learnt, it says of every chunk what <see cref="ChunkReader"/> says.</summary>
public sealed class ChunkPatternTests
{
    private const string Token = """{"id":"c","choices":[{"index":0,"delta":{"content":"TEXT"},"finish_reason":null}]}""";

    private static readonly string[] Texts =
        ["a", " token", "", "\\\"", "\\n", "\\u00e9", "é", "x\",\"role\":\"y", "\"}}]}", "\\", "a\tb", "null", "{", "data: [DONE]", new string('x', 5000), "\"},\"finish_reason\":null}]}"];

    private static readonly string[] Others =
    [
        """{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":1,"delta":{"content":"b"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null},{"index":1,"delta":{"content":"b"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a","reasoning":"r"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"reasoning_content":"r"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a","refusal":"no"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":0,"function":{"arguments":"{"}}]},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":2}}""",
        """{"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}""",
        """{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"error":{"message":"m"}}""",
        """{"error":{"message":"m"}}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]} {}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"a""",
        "[]",
        "",
    ];

    [Fact]
    public void Read_AfterAnyChunk_SaysOfAnyOtherWhatTheReaderSays()
    {
        string[] chunks = [.. Texts.Select(text => Token.Replace("TEXT", text, StringComparison.Ordinal)), .. Others];
        foreach (var first in chunks)
        {
            var pattern = new ChunkPattern();
            Assert.Equal(Plain(first), Told(pattern, first));
            foreach (var next in chunks)
            {
                Assert.Equal(Plain(next), Told(pattern, next));
            }
        }
    }

    [Fact]
    public void Read_ManyOfOneKind_TakesNoMemory()
    {
        var pattern = new ChunkPattern();
        var chunk = Encoding.UTF8.GetBytes(Token.Replace("TEXT", " token", StringComparison.Ordinal));
        pattern.Read(chunk);
        pattern.Read(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(pattern.Read(chunk).Token);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000);
    }

    private static string Plain(string json) => Tell(() => ChunkReader.Read(Encoding.UTF8.GetBytes(json)));

    private static string Told(ChunkPattern pattern, string json) => Tell(() => pattern.Read(Encoding.UTF8.GetBytes(json)));

    private static string Tell(Func<ChunkFacts> read)
    {
        try
        {
            var facts = read();
            return $"{facts.Token} {facts.Reasoning} {facts.Bytes} {facts.Choices} {facts.Finished} {facts.FinishReason} {facts.HasUsage} {facts.NoChoices} {facts.IsError} {facts.PromptTokens} {facts.CompletionTokens}";
        }
        catch (JsonException)
        {
            return "not JSON";
        }
    }
}
