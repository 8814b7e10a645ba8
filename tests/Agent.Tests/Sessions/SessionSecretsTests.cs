using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Agent.Sessions;

namespace ApeTest.Agent.Tests.Sessions;

public sealed class SessionSecretsTests
{
    private const string Alphabet = "ab12 /\"'<>&+%öß!()*=~;#un";

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

    [Theory]
    [InlineData(Alphabet, 1)]
    [InlineData(Alphabet, 2)]
    [InlineData(Alphabet + "\n\r\t", 3)]
    [InlineData(Alphabet + "\\", 4)]
    [InlineData(Alphabet + "\n\r\t\\", 5)]
    public void Clean_SecretsOfAllKindsOfCharacters_FindsEverySpelling(string alphabet, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var secret = new string(random.GetItems<char>(alphabet, random.Next(8, 16)));
            var secrets = Secrets(("p", secret));
            var json = JsonEncodedText.Encode(secret).Value;
            var readable = JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
            string[] spellings =
            [
                secret, json, readable, readable.Replace("/", "\\/", StringComparison.Ordinal), JsonEncodedText.Encode(readable).Value, JsonEncodedText.Encode(json).Value,
                Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), UrlEncoder.Default.Encode(secret), WebUtility.HtmlEncode(secret), HtmlEncoder.Default.Encode(secret),
            ];
            // Where its last character reads in two ways, the end of its escape may be left: `25`, `amp;`.
            Assert.All(spellings, spelling => Assert.StartsWith("it is {{p}}", secrets.Clean($"it is {spelling} indeed"), StringComparison.Ordinal));
        }
    }

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
