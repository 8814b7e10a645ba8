using ApeTest.Agent.Workers;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent;

/// <summary>The worker alone: health and metrics on 127.0.0.1:5400 unless <c>--urls</c> says otherwise; runs come from the queue in APETEST_QUEUE.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            {
                builder.WebHost.UseUrls(ServiceUrls.Loopback(DefaultPorts.Agent));
            }
            builder.Services.AddSingleton(QueueChoice.Open(builder.Configuration[EnvironmentNames.Queue]));
            builder.AddServiceDefaults(new ServiceOptions { Service = "agent", ConsoleLogs = true });
            builder.AddAgents(AgentOptions.FromEnvironment(Environment.GetEnvironmentVariable));
            builder.Services.AddHostedService<SecondSignal>();
            var app = builder.Build();
            app.MapServiceDefaults();
            return await app.RunServiceAsync("agent");
        }
        catch (Exception exception) when (exception is ApeTestException or ServiceStartException)
        {
            await Console.Error.WriteLineAsync($"agent: {exception.Message} {(exception as ApeTestException)?.Hint}".TrimEnd());
            return ExitCodes.Input;
        }
    }
}
