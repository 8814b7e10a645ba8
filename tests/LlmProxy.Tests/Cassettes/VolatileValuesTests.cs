using ApeTest.LlmProxy.Cassettes;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class VolatileValuesTests
{
    [Theory]
    [InlineData("order 3f2b8c1e-0000-4aaa-8bbb-1234567890ab is paid", "order {{uuid:1}} is paid")]
    [InlineData("order 01ARZ3NDEKTSV4RRFFQ69G5FAV", "order {{ulid:1}}")]
    [InlineData("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace {{hex:1}}")]
    [InlineData("run 20261121-131502-7f3a", "run {{run:1}}")]
    [InlineData("at 2026-11-21T13:15:02.114Z or 2026-11-21", "at {{time:1}} or {{time:2}}")]
    [InlineData("date: Sat, 21 Nov 2026 13:15:02 GMT", "date: {{time:1}}")]
    [InlineData("since 1795266902 and 1795266902123", "since {{time:1}} and {{time:2}}")]
    [InlineData("call_a1b2c3d4e5 and cus_8fK3jd92", "{{id:1}} and {{id:2}}")]
    [InlineData("Authorization: Bearer abc.def-123456", "Authorization: Bearer {{secret:1}}")]
    [InlineData("""{"token":"s3cr3t","ok":true}""", """{"token":"{{secret:1}}","ok":true}""")]
    [InlineData("""{\"access_token\": \"s3cr3t\"}""", """{\"access_token\": \"{{secret:1}}\"}""")]
    [InlineData("log in with password: hunter2, then", "log in with password: {{secret:1}}, then")]
    [InlineData("POST user=ann&password=hunter2&x=1", "POST user=ann&password={{secret:1}}&x=1")]
    [InlineData("eyJhbGciOi.eyJzdWIiOi.abc_def", "{{secret:1}}")]
    [InlineData("a 3f2b8c1e-0000-4aaa-8bbb-1234567890ab b 3f2b8c1e-0000-4aaa-8bbb-1234567890ab", "a {{uuid:1}} b {{uuid:1}}")]
    [InlineData("Hello {{name}}", "Hello {{}}name}}")]
    public void Replace_ValueThatChanges_IsAPlaceholder(string text, string expected) => Assert.Equal(expected, new VolatileValues().Replace(text));

    [Theory]
    [InlineData("state_updated http_response")]
    [InlineData("order 4711 costs 1299 cents")]
    [InlineData("12345678901")] // no Unix time: year 2361
    [InlineData("version 10.2.3 of gpt-oss-120b")]
    [InlineData("accessibility, max_tokens: 4096")]
    public void Replace_OrdinaryText_Stays(string text) => Assert.Equal(text, new VolatileValues().Replace(text));

    [Fact]
    public void Fill_TextWithParts_PutsThemTogether()
    {
        VolatileValue[] values = [new("uuid", "abcdefgh"), new("time", "t")];
        Assert.Equal("abc|defgh|abcdefgh|t|{{x}}|{{uuid:9}}", Placeholder.Fill("{{uuid:1:0-3}}|{{uuid:1:3-}}|{{uuid:1}}|{{time:2}}|{{}}x}}|{{uuid:9}}", values));
    }

    [Fact]
    public void Fill_ShorterValue_PartsBeyondItsEndAreEmpty()
    {
        VolatileValue[] values = [new("uuid", "ab")];
        Assert.Equal("ab||", Placeholder.Fill("{{uuid:1:0-5}}|{{uuid:1:5-9}}|{{uuid:1:9-}}", values));
    }
}
