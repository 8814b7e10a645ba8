using ApeTest.Cli.Commands.Start.Detached;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Signals;

namespace ApeTest.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (OpenFilesFloor.Check() is { } refused)
        {
            return refused;
        }
        if (WorkerProcess.Enter(args) is { } worker)
        {
            return await worker;
        }
        using var signals = new ProcessSignals();
        var environment = CliEnvironment.OfProcess(signals);
        using var detached = DetachedProcess.Enter(environment);
        return await new CliApp(detached?.Environment ?? environment).RunAsync(args);
    }
}
