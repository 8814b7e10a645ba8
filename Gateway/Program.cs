using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Gateway;

/// <summary>The gateway alone: <see cref="GatewayArguments"/>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (HealthProbe.IsAsked(args))
        {
            return await HealthProbe.RunAsync(DefaultPorts.Gateway);
        }
        try
        {
            var arguments = GatewayArguments.Parse(args);
            if (arguments.Help)
            {
                await Console.Out.WriteLineAsync(GatewayArguments.HelpText);
                return ExitCodes.Done;
            }
            return await GatewayService.Build(arguments, ScenarioSources.ProcessEnvironment()).RunServiceAsync("gateway");
        }
        catch (Exception error) when (error is ApeTestException or ServiceStartException)
        {
            var known = error as ApeTestException;
            await Console.Error.WriteLineAsync($"gateway: {error.Message}{(known?.Hint is { } hint ? Environment.NewLine + hint : "")}");
            return known?.ExitCode ?? ExitCodes.Input;
        }
    }
}
