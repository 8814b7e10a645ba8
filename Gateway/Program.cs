using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Gateway;

/// <summary>The gateway alone: 127.0.0.1:5100 unless <c>--urls</c> says otherwise; targets from <c>--config</c> or APETEST_GATEWAY__CONFIG.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            {
                builder.WebHost.UseUrls($"http://127.0.0.1:{DefaultPorts.Gateway}");
            }

            // Not from the configuration: it reads "__" in a variable's name as ":".
            var config = builder.Configuration["config"] ?? Environment.GetEnvironmentVariable(EnvironmentNames.GatewayConfig);
            builder.AddServiceDefaults(new ServiceOptions { Service = "gateway", ConsoleLogs = true });
            builder.AddGateway(new GatewayOptions { ConfigPath = config });
            var app = builder.Build();
            app.MapServiceDefaults();
            app.MapGateway();
            return await app.RunServiceAsync("gateway");
        }
        catch (Exception error) when (error is ApeTestException or ServiceStartException)
        {
            var known = error as ApeTestException;
            await Console.Error.WriteLineAsync($"gateway: {error.Message}{(known?.Hint is { } hint ? Environment.NewLine + hint : "")}");
            return known?.ExitCode ?? ExitCodes.Input;
        }
    }
}
