using ApeTest.LlmProxy.Options;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.LlmProxy;

/// <summary>The proxy alone: 127.0.0.1:5200 unless <c>--urls</c> says otherwise; options from the file in APETEST_LLMPROXY__CONFIG.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            {
                builder.WebHost.UseUrls($"http://127.0.0.1:{DefaultPorts.LlmProxy}");
            }

            builder.AddServiceDefaults(new ServiceOptions { Service = "llm-proxy", ConsoleLogs = true });
            builder.AddLlmProxy(LlmProxyConfigFile.FromEnvironment(Environment.GetEnvironmentVariable));
            var app = builder.Build();
            app.MapServiceDefaults();
            app.MapLlmProxy();
            return await app.RunServiceAsync("llm-proxy");
        }
        catch (Exception error) when (error is LlmProxyConfigException or ServiceStartException)
        {
            await Console.Error.WriteLineAsync($"llm-proxy: {error.Message}");
            return 2;
        }
    }
}
