using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public class RedactorTests
{
    [Theory]
    [InlineData("authorization")]
    [InlineData("Set-Cookie")]
    [InlineData("cookie")]
    [InlineData("user.password")]
    [InlineData("accessToken")]
    [InlineData("X-Api-Key")]
    [InlineData("api_key")]
    [InlineData("CEREBRAS_API_KEY")]
    [InlineData("clientSecret")]
    [InlineData("proxy_authorization")]
    public void IsSecret_SecretName_True(string name)
    {
        Assert.True(Redactor.IsSecret(name));
    }

    [Theory]
    [InlineData("prompt_tokens")]
    [InlineData("author")]
    [InlineData("key")]
    [InlineData("order_id")]
    [InlineData("")]
    public void IsSecret_OrdinaryName_False(string name)
    {
        Assert.False(Redactor.IsSecret(name));
    }

    [Theory]
    [InlineData("sent Authorization: Bearer eyJhbGciOi.abc-def", "sent Authorization: Bearer ***")]
    [InlineData("basic dXNlcjpwYXNz rest", "basic *** rest")]
    [InlineData("key sk-abcdefgh12345678 is wrong", "key sk-*** is wrong")]
    [InlineData("key csk-abcdefgh12345678", "key csk-***")]
    [InlineData("{\"user\":\"a\",\"password\":\"p\\\"q\",\"n\":1}", "{\"user\":\"a\",\"password\":\"***\",\"n\":1}")]
    [InlineData("GET /x?api_key=123&y=2", "GET /x?api_key=***&y=2")]
    [InlineData("a plain text about tokens", "a plain text about tokens")]
    public void Redact_Text_MasksCredentials(string text, string expected)
    {
        Assert.Equal(expected, Redactor.Redact(text));
    }
}
