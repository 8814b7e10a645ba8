using ApeTest.Cli.Signals;

namespace ApeTest.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var signals = new ProcessSignals();
        return await new CliApp(CliEnvironment.OfProcess(signals)).RunAsync(args);
    }
}
