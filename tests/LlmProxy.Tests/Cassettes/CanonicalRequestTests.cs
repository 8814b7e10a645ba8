using System.Text;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers;
using Microsoft.AspNetCore.Http;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class CanonicalRequestTests
{
    private const string Recorded = """{"model":"m","messages":[{"role":"user","content":"pay 3f2b8c1e-0000-4aaa-8bbb-1234567890ab at 1795266902"}],"seed":1795266902}""";

    [Theory]
    [InlineData("""{"seed":1795266902, "messages":[{"content":"pay 3f2b8c1e-0000-4aaa-8bbb-1234567890ab at 1795266902","role":"user"}],"model":"m"}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"pay 99999999-1111-4aaa-8bbb-1234567890ab at 1795999999"}],"seed":1795266902}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"p\u0061y 3f2b8c1e-0000-4aaa-8bbb-1234567890ab at 1795266902"}],"seed":1795266902}""")]
    public void Key_OrderSpellingOrIdsDiffer_IsTheSame(string live) => Assert.Equal(Key(Recorded), Key(live));

    [Theory]
    [InlineData("\"m\"", "\"m2\"")]
    [InlineData("pay", "buy")]
    [InlineData("\"seed\":1795266902", "\"seed\":1795266903")]
    [InlineData("\"seed\"", "\"stream\":true,\"seed\"")]
    [InlineData("at 1795266902", "at 3f2b8c1e-0000-4aaa-8bbb-1234567890ab")]
    public void Key_RequestDiffers_Differs(string from, string to) => Assert.NotEqual(Key(Recorded), Key(Recorded.Replace(from, to, StringComparison.Ordinal)));

    [Theory]
    [InlineData("\"max_completion_tokens\":99,")]
    [InlineData("\"max_tokens\":null,")]
    [InlineData("\"stream_options\":{\"include_usage\":true},")]
    [InlineData("\"stream\":false,")]
    [InlineData("\"stream\":null,")]
    public void Key_WhatTheProxyInserts_IsNoPartOfIt(string inserted) => Assert.Equal(Key(Recorded), Key(Recorded.Replace("{\"model\"", "{" + inserted + "\"model\"", StringComparison.Ordinal)));

    [Fact]
    public void Json_IdShownInALaterMessage_IsAPlaceholderInTheEarlierToo()
    {
        var json = Encoding.UTF8.GetString(Create("""{"messages":[{"content":"get A17, pay 1001 for /orders/1001"},{"content":"{\"id\":\"A17\",\"orderId\":1001,\"qty\":1001}"}]}""").Json);
        Assert.Equal("""{"messages":[{"content":"get {{id:1}}, pay 1001 for /orders/{{id:2}}"},{"content":"{\"id\":\"{{id:1}}\",\"orderId\":{{id:2}},\"qty\":1001}"}]}""", json);
    }

    [Fact]
    public void Json_PinAsNumber_IsAPlaceholder() => Assert.Contains("\"pin\":\"{{secret:1}}\"", Encoding.UTF8.GetString(Create("""{"metadata":{"pin":4711}}""").Json), StringComparison.Ordinal);

    [Fact]
    public void Key_OfTheCanonicalForm_IsItsOwn()
    {
        var request = Create(Recorded.Replace("pay", "{{pay}}", StringComparison.Ordinal));
        using var again = System.Text.Json.JsonDocument.Parse(request.Json);
        Assert.Equal(request.Json, CanonicalJson.Write(again.RootElement));
    }

    [Fact]
    public void Json_ToolCallIdsOfAnyLook_ArePlaceholders()
    {
        var json = Encoding.UTF8.GetString(Create("""{"messages":[{"role":"assistant","tool_calls":[{"id":"x7","function":{"name":"f"}}]},{"role":"tool","tool_call_id":"x7","content":""}]}""").Json);
        Assert.Equal("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f"},"id":"{{call:1}}"}]},{"content":"","role":"tool","tool_call_id":"{{call:1}}"}]}""", json);
    }

    [Fact]
    public void Json_DatedModel_KeepsItsDate() => Assert.Contains("gpt-4o-2024-08-06", Encoding.UTF8.GetString(Create("""{"model":"gpt-4o-2024-08-06"}""").Json), StringComparison.Ordinal);

    [Fact]
    public void Create_HalfASurrogatePair_IsNoRequest() => Assert.Null(CanonicalRequest.Create("up", Request("""{"messages":["\ud83d"]}"""), new Redactor(null)));

    private static string Key(string body) => Create(body).Key;

    private static CanonicalRequest Create(string body) => CanonicalRequest.Create("up", Request(body), new Redactor(null))!;

    private static ProviderRequest Request(string body) => new(RequestKind.Chat, Encoding.UTF8.GetBytes(body), "m", Stream: false, new HeaderDictionary());
}
