using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Tests.Chat;

public sealed class ChatRequestTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData(""","max_tokens":5""", 5)]
    [InlineData(""","max_completion_tokens":50000,"max_tokens":1""", 50000)]
    [InlineData(""","max_tokens":1,"max_completion_tokens":50000""", 50000)]
    [InlineData(""","max_completion_tokens":6e3""", 6000)]
    [InlineData(""","max_completion_tokens":9999999999""", int.MaxValue)]
    [InlineData(""","max_completion_tokens":null""", null)]
    [InlineData(""","max_completion_tokens":0""", null)]
    [InlineData(""","max_tokens":-1""", null)]
    public void MaxTokens_HoweverItIsWritten_IsTheMostThatAnyProviderMayRead(string extra, int? expected)
    {
        var request = Parse(extra);
        Assert.Equal(expected, request.MaxTokens);

        // Where it has to be bounded, the bound is what the provider reads, under whatever name.
        var sent = JsonNode.Parse(request.Rewrite("m", askUsage: true, maxTokens: 4096).Span)!.AsObject(); // a name twice would throw
        var most = new[] { "max_tokens", "max_completion_tokens" }.Select(name => (double?)sent[name]).Max();
        Assert.True(most <= Math.Max(expected is null ? 4096 : 0, (double?)JsonNode.Parse("{" + extra.TrimStart(',') + "}")!.AsObject().Max(field => (double?)field.Value) ?? 0), $"{sent}");
        Assert.Equal(expected is null ? 4096 : most, most);
    }

    [Theory]
    [InlineData(",\"max_tokens\":\"50000\"")]
    [InlineData(""","max_tokens":1.5""")]
    [InlineData(",\"n\":\"3\"")]
    [InlineData(""","n":0""")]
    [InlineData(""","stream_options":{"a":1,"a":2}""")]
    [InlineData(",\"stream\":\"yes\"")]
    public void Parse_FieldThatIsNotWhatItMustBe_NamesIt(string extra)
    {
        var error = Assert.ThrowsAny<JsonException>(() => Parse(extra));
        Assert.Contains(extra[2..extra.IndexOf('"', 2)].Replace("max_tokens", "max_completion_tokens", StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownFields_PassWhateverTheyHold()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 300)) + string.Concat(Enumerable.Repeat("]", 300));
        var request = Parse(""","x":"\ud83d","\ud83d":1,"deep":""" + deep);
        Assert.EndsWith(deep + "}", Encoding.UTF8.GetString(request.Rewrite("m", askUsage: true, maxTokens: null).Span), StringComparison.Ordinal);
    }

    private static ChatRequest Parse(string extra) => ChatRequest.Parse(RequestKind.Chat, Encoding.UTF8.GetBytes($$"""{"model":"p/x","messages":[]{{extra}}}"""));
}
