using ApeTest.Targets.Faults;

namespace ApeTest.Gateway.Tests.Configuration;

public sealed class FaultReaderTests
{
    [Fact]
    public void Read_EveryField()
    {
        var fault = Files.ParseFault("""
            {"name":"slow","target":"shop","route":"POST /orders/**","share":0.1,"seed":7,
             "latency":{"distribution":"lognormal","mean":"200ms","deviation":"50ms","min":"10ms","max":"5s"},
             "status":503,"retryAfter":"2s","slowBody":"5s","throttle":"64KB/s"}
            """);

        Assert.Equal(("slow", "shop", "POST /orders/**", 0.1, 7L), (fault.Name, fault.Target, fault.Route, fault.Share, fault.Seed));
        Assert.Equal((503, TimeSpan.FromSeconds(2), false, TimeSpan.FromSeconds(5), 64_000L), (fault.Status, fault.RetryAfter, fault.Abort, fault.SlowBody, fault.Throttle));
        var latency = fault.Latency!;
        Assert.Equal(
            (LatencyDistribution.LogNormal, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5)),
            (latency.Distribution, latency.Mean, latency.Deviation, latency.Min, latency.Max));
    }

    [Theory]
    [InlineData("\"200ms\"", LatencyDistribution.Constant, 0.2)]
    [InlineData("\"2m\"", LatencyDistribution.Constant, 120)]
    [InlineData("""{"mean":"2m"}""", LatencyDistribution.Constant, 120)]
    [InlineData("""{"distribution":"exponential","mean":"1s"}""", LatencyDistribution.Exponential, 1)]
    [InlineData("""{"distribution":"normal","mean":"1s","deviation":"1s"}""", LatencyDistribution.Normal, 1)]
    [InlineData("""{"distribution":"uniform","max":"3s"}""", LatencyDistribution.Uniform, 0)]
    public void Read_Latency_MaxIsNeverBelowTheMean(string latency, LatencyDistribution distribution, double mean)
    {
        var read = Files.ParseFault($$"""{"latency":{{latency}}}""").Latency!;

        Assert.Equal((distribution, TimeSpan.FromSeconds(mean)), (read.Distribution, read.Mean));
        Assert.True(read.Max >= read.Mean);
    }

    [Theory]
    [InlineData("64KB/s", 64_000)]
    [InlineData("64 KiB/s", 65_536)]
    [InlineData("1.5MB/s", 1_500_000)]
    [InlineData("1mib/s", 1_048_576)]
    [InlineData("100B/s", 100)]
    public void Read_Throttle_IsBytesASecond(string throttle, long expected) => Assert.Equal(expected, Files.ParseFault($$"""{"throttle":"{{throttle}}"}""").Throttle);

    [Theory]
    [InlineData("{}", "faults[0]: has no effect; add `latency`, `status`, `abort`, `slowBody` or `throttle`")]
    [InlineData("""{"abort":false,"latency":null}""", "faults[0]: has no effect")]
    [InlineData("""{"status":"503"}""", "faults[0].status: must be a whole number")]
    [InlineData("""{"status":302}""", "faults[0].status: must be from 400 to 599")]
    [InlineData("""{"status":503,"share":0}""", "faults[0].share: must be above 0 and at most 1")]
    [InlineData("""{"status":503,"share":1.5}""", "faults[0].share: must be above 0 and at most 1")]
    [InlineData("""{"status":503,"target":"other"}""", "faults[0].target: 'other' is not a target; known: shop")]
    [InlineData("""{"status":503,"route":"GET orders"}""", "faults[0].route: 'GET orders' is neither")]
    [InlineData("""{"abort":true,"retryAfter":"2s"}""", "faults[0].retryAfter: has no effect without `status`")]
    [InlineData("""{"status":503,"retryAfter":"1500ms"}""", "faults[0].retryAfter: must be whole seconds")]
    [InlineData("""{"abort":true,"status":503}""", "faults[0].status: has no effect with `abort`")]
    [InlineData("""{"slowBody":"0"}""", "faults[0].slowBody: must be from 1ms to 1h")]
    [InlineData("""{"throttle":"64KB"}""", "faults[0].throttle: '64KB' is not a rate of bytes")]
    [InlineData("""{"throttle":"fast/s"}""", "faults[0].throttle: 'fast/s' is not a rate of bytes")]
    [InlineData("""{"throttle":"0KB/s"}""", "faults[0].throttle: must be at least 1 B/s")]
    [InlineData("""{"latency":"0"}""", "faults[0].latency.mean: must be above 0")]
    [InlineData("""{"latency":"11m"}""", "faults[0].latency.max: must be from 1ms to 10m")]
    [InlineData("""{"latency":true}""", "faults[0].latency: must be a duration or an object")]
    [InlineData("""{"latency":{"distribution":"gauss","mean":"1s"}}""", "faults[0].latency.distribution: 'gauss' is not known; write one of \"constant\", \"uniform\", \"normal\", \"lognormal\", \"exponential\"")]
    [InlineData("""{"latency":{"distribution":"unifrom","max":"1s"}}""", "faults[0].latency.distribution: 'unifrom' is not known; did you mean \"uniform\"?")]
    [InlineData("""{"latency":{"distribution":"normal","mean":"1s"}}""", "faults[0].latency.deviation: must be above 0 for this distribution")]
    [InlineData("""{"latency":{"distribution":"exponential","mean":"1s","deviation":"1s"}}""", "faults[0].latency.deviation: has no effect with this distribution")]
    [InlineData("""{"latency":{"distribution":"uniform","max":"2s","mean":"1s"}}""", "faults[0].latency.mean: has no effect with a uniform delay")]
    [InlineData("""{"latency":{"distribution":"uniform"}}""", "faults[0].latency.max: is missing")]
    [InlineData("""{"latency":{"distribution":"uniform","min":"2s","max":"1s"}}""", "faults[0].latency.min: is above `max`")]
    [InlineData("""{"latency":{"distribution":"exponential","mean":"2m"}}""", "faults[0].latency.mean: is above `max`")]
    [InlineData("""{"latency":{"mean":"1s","max":"2s"}}""", "faults[0].latency.max: has no effect with a constant delay")]
    [InlineData("""{"stauts":503,"abort":true}""", "faults[0].stauts: is not a known field; did you mean `status`?")]
    [InlineData("""{"name":"","abort":true}""", "faults[0].name: must be 1 to 64 characters")]
    [InlineData("""{"name":"a","abort":true},{"name":"a","abort":true}""", "faults[1].name: 'a' is used twice")]
    public void Read_Wrong_NamesFieldRuleAndFix(string fault, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Files.Errors(Files.Fault(fault))), StringComparison.Ordinal);
}
