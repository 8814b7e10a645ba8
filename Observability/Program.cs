using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Observability;

/// <summary>The collector alone: <see cref="CollectorProcess"/>; with <c>--health</c> it asks the one of its container.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => HealthProbe.IsAsked(args) ? HealthProbe.RunAsync(DefaultPorts.Collector) : CollectorProcess.RunAsync(args);
}
