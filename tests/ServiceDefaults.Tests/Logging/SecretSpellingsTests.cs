using System.Text;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public sealed class SecretSpellingsTests
{
    private const string Secret = "p&ss w'rd(1)/ö\"?";

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
    public void InBase64_ShortSecret_IsNotLookedFor() => Assert.Empty(SecretSpellings.InBase64("1234567"));
}
