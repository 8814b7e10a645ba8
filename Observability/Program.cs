namespace ApeTest.Observability;

/// <summary>The collector alone: <see cref="CollectorProcess"/>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => CollectorProcess.RunAsync(args);
}
