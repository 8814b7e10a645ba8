namespace ApeTest.Agent;

/// <summary>The worker alone: <see cref="AgentProcess"/>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => AgentProcess.RunAsync(args);
}
