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
    [InlineData("order ord-000004 of user_001, not SHOP-ORD-1234", "order {{id:1}} of {{id:2}}, not {{id:3}}")]
    [InlineData("""{"id":"A17","orderId":1001,"total":1001}""", """{"id":"{{id:1}}","orderId":{{id:2}},"total":1001}""")]
    [InlineData("""{\"order_id\": \"x-9\"} then GET /orders/x-9/items?cartID=12345""", """{\"order_id\": \"{{id:1}}\"} then GET /orders/{{id:1}}/items?cartID={{id:2}}""")]
    [InlineData("""{"id":"3f2b8c1e-0000-4aaa-8bbb-1234567890ab"}""", """{"id":"{{uuid:1}}"}""")]
    [InlineData("""{"id":"abc=x:2026-11-21"}""", """{"id":"abc=x:{{time:1}}"}""")]
    [InlineData("GET /orders/1001", "GET /orders/{{id:1}}")]
    [InlineData("""{"pwd":"h u, n(t)er2","pass":"abcd","passphrase":"correct horse"}""", """{"pwd":"{{secret:1}}","pass":"{{secret:2}}","passphrase":"{{secret:3}}"}""")]
    [InlineData("""{\"password\":\"a\\\"b c\",\"n\":1}""", """{\"password\":\"{{secret:1}}\",\"n\":1}""")]
    [InlineData("DB_PASS=hunter2 userPin: 4711 PIN=1234", "DB_PASS={{secret:1}} userPin: {{secret:2}} PIN={{secret:3}}")]
    [InlineData("credentials: abcdef credential=ghijkl", "credentials: {{secret:1}} credential={{secret:2}}")]
    [InlineData("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = {{secret:1}}")]
    [InlineData("key AKIAIOSFODNN7EXAMPLE.", "key {{secret:1}}.")]
    [InlineData("postgres://app:s3cr3t@db:5432/shop", "postgres://app:{{secret:1}}@db:5432/shop")]
    [InlineData("Cookie: sid=abcdef; theme=dark", "Cookie: sid={{secret:1}}; theme={{secret:2}}")]
    [InlineData("""{"set-cookie":["sid=abcdef; Path=/; Expires=Sat, 21 Nov 2026 13:15:02 GMT"]}""", """{"set-cookie":["sid={{secret:1}}; Path=/; Expires={{time:2}}"]}""")]
    [InlineData("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic {{secret:1}}")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end", "{{secret:1}} end")]
    [InlineData("""{"private_key":"-----BEGIN PRIVATE KEY-----\nMIIE\n","a":1}""", """{"private_key":"{{secret:1}}","a":1}""")]
    [InlineData("Hello {{name}}", "Hello {{}}name}}")]
    public void Replace_ValueThatChanges_IsAPlaceholder(string text, string expected) => Assert.Equal(expected, Replace(text));

    [Theory]
    [InlineData("state_updated http_response")]
    [InlineData("order 4711 costs 1299 cents")]
    [InlineData("12345678901")] // no Unix time: year 2361
    [InlineData("version 10.2.3 of gpt-oss-120b")]
    [InlineData("accessibility, max_tokens: 4096")]
    [InlineData("http_404 is not http_503, nor sha-256")]
    [InlineData("""{"id":12,"grid":"a1b","paid":12345,"qty":1000}""")]
    [InlineData("""{"token":null,"password":true,"pass":""}""")]
    [InlineData("compass: north1, spin: 12345")]
    [InlineData("http://127.0.0.1:8080/a@b")]
    public void Replace_OrdinaryText_Stays(string text) => Assert.Equal(text, Replace(text));

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

    private static string Replace(string text)
    {
        var values = new VolatileValues();
        values.Learn(text);
        return values.Replace(text);
    }
}
