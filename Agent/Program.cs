using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent;

/// <summary>The worker alone: <see cref="AgentProcess"/>; with <c>--health</c> it asks the one of its container.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => HealthProbe.IsAsked(args) ? HealthProbe.RunAsync(DefaultPorts.Agent) : AgentProcess.RunAsync(args);
}
