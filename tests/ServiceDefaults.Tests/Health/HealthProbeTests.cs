using ApeTest.ServiceDefaults.Health;

namespace ApeTest.ServiceDefaults.Tests.Health;

public sealed class HealthProbeTests
{
    [Theory]
    [InlineData(null, "http://127.0.0.1:5100/health/ready")]
    [InlineData("", "http://127.0.0.1:5100/health/ready")]
    [InlineData("http://+:5200", "http://127.0.0.1:5200/health/ready")]
    [InlineData("http://0.0.0.0:7001; http://+:7002", "http://127.0.0.1:7001/health/ready")]
    public void Url_OfBindings_IsTheFirstOnLoopback(string? bindings, string expected) => Assert.Equal(expected, HealthProbe.Url(bindings, 5100).ToString());

    [Theory]
    [InlineData(true, "--health")]
    [InlineData(false)]
    [InlineData(false, "--health", "--urls")]
    [InlineData(false, "--urls")]
    public void IsAsked_ForOneArgument_IsTrue(bool expected, params string[] arguments) => Assert.Equal(expected, HealthProbe.IsAsked(arguments));

    [Fact]
    public async Task Run_WhereNothingListens_IsOne()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        Assert.Equal(1, await HealthProbe.RunAsync(port));
    }
}
