using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Logging;
using Microsoft.Extensions.Configuration;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public sealed class LokiAddressTests
{
    [Theory]
    [InlineData("http://loki:3100/", "http://loki:3100", null)]
    [InlineData("https://loki.example.com/tenant/a/", "https://loki.example.com/tenant/a", null)]
    [InlineData("http://ape:s3cr3t@loki:3100", "http://loki:3100", "Basic YXBlOnMzY3IzdA==")]
    [InlineData("https://ape:p%40ss%3A@loki.example.com/x", "https://loki.example.com/x", "Basic YXBlOnBAc3M6")]
    public void Of_AUrl_KeepsNameAndPasswordApart(string configured, string url, string? credentials)
    {
        var loki = Of(configured)!;

        Assert.Equal((url, credentials), (loki.Url, loki.Credentials?.ToString()));
        Assert.Equal(url, loki.ToString());
    }

    [Fact]
    public void Of_Nothing_IsNull() => Assert.Null(Of(""));

    [Theory]
    [InlineData("loki:3100", "'loki:3100'")]
    [InlineData("htp://ape:s3cr3t@loki:3100", "no URL")]
    [InlineData("ape:s3cr3t@loki:3100", "no URL")]
    public void Of_NoUrl_SaysSoWithoutAPassword(string configured, string said)
    {
        var message = Assert.Throws<ServiceStartException>(() => Of(configured)).Message;

        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", message, StringComparison.Ordinal);
    }

    private static LokiAddress? Of(string configured) =>
        LokiAddress.Of(new ConfigurationBuilder().AddInMemoryCollection([new(EnvironmentNames.Loki, configured)]).Build());
}
