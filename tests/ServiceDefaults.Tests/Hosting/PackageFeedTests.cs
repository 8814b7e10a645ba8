using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.ServiceDefaults.Tests.Hosting;

public sealed class PackageFeedTests
{
    [Fact]
    public void Name_IsOfTheSideOfTheSeamsThatWasBuilt()
    {
        var isFull = typeof(PackageFeed).Assembly.GetType("ApeTest.ServiceDefaults.Metrics.PrometheusNet.PrometheusRegistry") is not null;

        Assert.Equal(isFull ? "full" : "partial", PackageFeed.Name);
    }
}
