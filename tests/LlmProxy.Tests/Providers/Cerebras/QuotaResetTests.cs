using ApeTest.LlmProxy.Providers.Cerebras;

namespace ApeTest.LlmProxy.Tests.Providers.Cerebras;

public sealed class QuotaResetTests
{
    [Theory]
    [InlineData("reset-tokens-minute=2.5 remaining-tokens-minute=0", 2.5)]
    [InlineData("reset-tokens-minute=2.5 remaining-tokens-minute=99", 2.5)]
    [InlineData("reset-tokens-minute=2.5 remaining-tokens-minute=100", null)]
    [InlineData("reset-requests-day=3600.25 remaining-requests-day=0 reset-tokens-minute=2.5 remaining-tokens-minute=0", 3600.25)]
    [InlineData("reset-tokens-minute=2.5 remaining-tokens-minute=0 reset-requests-day=3600.25 remaining-requests-day=0", 3600.25)]
    [InlineData("reset-requests-day=3600.25 remaining-requests-day=1", null)]
    [InlineData("reset-tokens-minute=2.5 remaining-tokens-minute=-4", 2.5)]
    [InlineData("reset-tokens-minute=2.5", null)]
    [InlineData("reset-tokens-minute=soon remaining-tokens-minute=0", null)]
    [InlineData("reset-tokens-minute=-1 remaining-tokens-minute=0", null)]
    [InlineData("reset-tokens-minute=NaN remaining-tokens-minute=0", null)]
    [InlineData("reset-tokens-minute=99999999999999999999 remaining-tokens-minute=0", null)]
    [InlineData("", null)]
    public void Wait_OfHeaders_IsTheLongestOfTheShortWindows(string headers, double? seconds)
    {
        List<KeyValuePair<string, string>> list = [.. headers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('='))
            .Select(pair => KeyValuePair.Create("X-RateLimit-" + pair[0], pair[1]))];
        Assert.Equal(seconds, QuotaReset.Wait(list, tokens: 100)?.TotalSeconds);
    }
}
