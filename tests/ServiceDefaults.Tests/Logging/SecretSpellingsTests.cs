using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public sealed class SecretSpellingsTests
{
    private const string Secret = "p&ss w'rd(1)/ö\"?";

    public static TheoryData<string> Spelled =>
    [
        Secret,
        JsonSerializer.Serialize(Secret)[1..^1],
        JsonSerializer.Serialize(Secret, new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })[1..^1],
        "p\\u0026ss w\\u0027rd(1)/\\u00f6\\u0022?",
        "p\\u0026ss w\\u0027rd(1)\\/\\u00F6\\u0022?",
        Uri.EscapeDataString(Secret),
        "p%26ss%20w'rd(1)%2F%C3%B6%22%3F", // encodeURIComponent
        "p%26ss%20w'rd(1)%2f%c3%b6%22%3f",
        "p%26ss+w%27rd%281%29%2F%C3%B6%22%3F", // a form
        "p&amp;ss w'rd(1)/ö&quot;?",
        "p&amp;ss w&#39;rd(1)/ö&quot;?",
        "p&amp;ss w&#x27;rd(1)/ö&quot;?",
        HtmlEncoder.Default.Encode(Secret),
    ];

    [Theory]
    [MemberData(nameof(Spelled))]
    public void Escaped_EachHabit_IsThere(string spelled) => Assert.Contains(spelled, SecretSpellings.Escaped(Secret));

    [Theory]
    [InlineData("")]
    [InlineData("u:")]
    [InlineData("user:")]
    [InlineData("longer name:")]
    public void InBase64_BehindAnything_StandsInIt(string before)
    {
        var told = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Secret + "!"));

        Assert.Contains(SecretSpellings.InBase64(Secret), form => told.Contains(form, StringComparison.Ordinal));
        Assert.Contains(SecretSpellings.InBase64(Secret), form => told.Replace('+', '-').Replace('/', '_').Contains(form, StringComparison.Ordinal));
    }

    [Fact]
    public void Escaped_PlainSecret_HasOneSpelling() => Assert.Equal(["abc-DEF_1.2~3"], SecretSpellings.Escaped("abc-DEF_1.2~3"));

    [Fact]
    public void InBase64_ShortSecret_IsNotLookedFor() => Assert.Empty(SecretSpellings.InBase64("1234567"));
}
