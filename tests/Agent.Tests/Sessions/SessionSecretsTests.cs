using System.Text.Json;
using ApeTest.Agent.Sessions;

namespace ApeTest.Agent.Tests.Sessions;

public sealed class SessionSecretsTests
{
    [Theory]
    [InlineData("say hunter2\"ä!", "say {{p}}!")]
    [InlineData("""{"x":"hunter2\"ä"}""", """{"x":"{{p}}"}""")]
    [InlineData("""{"x":"hunter2\u0022\u00E4"}""", """{"x":"{{p}}"}""")]
    [InlineData("nothing here", "nothing here")]
    public void Clean_Text_ReplacesValueHoweverEscaped(string text, string expected)
        => Assert.Equal(expected, Secrets(("p", "hunter2\"ä")).Clean(text));

    [Fact]
    public void Clean_SecretContainsAnother_TheLongerWins()
        => Assert.Equal("{{b}} {{a}}", Secrets(("a", "abcd"), ("b", "abcdef")).Clean("abcdef abcd"));

    [Fact]
    public void Clean_ShortSecret_IsLeft() => Assert.Equal("123", Secrets(("a", "123")).Clean("123"));

    [Fact]
    public void Clean_SecretNumberInJson_LeavesNoSecret()
        => Assert.DoesNotContain("4711", Secrets(("pin", "4711")).Clean(JsonDocument.Parse("""{"pin":4711}""").RootElement).GetRawText(), StringComparison.Ordinal);

    private static SessionSecrets Secrets(params (string Name, string Value)[] secrets) => new(secrets.ToDictionary(each => each.Name, each => each.Value));
}
