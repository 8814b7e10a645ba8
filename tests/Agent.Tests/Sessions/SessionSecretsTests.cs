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

    [Theory]
    [InlineData("p%2Fw+%22x%22+%2B%C3%B6%3C%26%27%21%29")]
    [InlineData("p%2fw+%22x%22+%2b%c3%b6%3c%26%27!)")]
    [InlineData("p%2Fw%20%22x%22%20%2B%C3%B6%3C%26'!)")]
    [InlineData("p/w &quot;x&quot; +&#246;&lt;&amp;&#39;!)")]
    [InlineData("p/w &#34;x&#34; +ö&#60;&#38;&#x27;!)")]
    [InlineData("p/w &quot;x&quot; &#x2B;&#xF6;&lt;&amp;&apos;!)")]
    [InlineData("""p\/w \u0022x\u0022 \u002B\u00F6\u003C\u0026\u0027!)""")]
    [InlineData("""p/w \"x\" +\u00f6<&'!)""")]
    public void Clean_SpellingsThatPeersUse_AreFound(string spelling)
        => Assert.Equal("it is {{p}}, is it?", Secrets(("p", "p/w \"x\" +ö<&'!)")).Clean($"it is {spelling}, is it?"));

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
