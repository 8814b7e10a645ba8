using ApeTest.Observability.Collecting;
using ApeTest.Runs.Queue;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Observability;

/// <summary>The collector as a process of its own, on <c>http://127.0.0.1:5300</c> unless <c>--urls</c> says otherwise.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            {
                builder.WebHost.UseUrls(ServiceUrls.Loopback(DefaultPorts.Collector));
            }
            builder.AddServiceDefaults(new ServiceOptions { Service = "collector", ConsoleLogs = true });
            builder.Services.AddSingleton<IRunQueue, MemoryRunQueue>();
            builder.AddCollector(new CollectorOptions());

            var app = builder.Build();
            app.MapServiceDefaults();
            app.MapCollector();
            return await app.RunServiceAsync("collector");
        }
        catch (ServiceStartException error)
        {
            await Console.Error.WriteLineAsync("collector: " + error.Message);
            return 2;
        }
    }
}
