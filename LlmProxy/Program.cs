using ApeTest.LlmProxy.Hosting;
using ApeTest.LlmProxy.Options;
using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.LlmProxy;

/// <summary>The proxy alone: <see cref="ProxyArguments"/>. Exit code: 0 done, 2 refused by its configuration, 3 the address cannot be bound.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (HealthProbe.IsAsked(args))
        {
            return await HealthProbe.RunAsync(DefaultPorts.LlmProxy);
        }
        try
        {
            var arguments = ProxyArguments.Parse(args);
            if (arguments.Help || arguments.NewKey is not null)
            {
                await Console.Out.WriteLineAsync(arguments.Help ? ProxyArguments.HelpText : NewProxyKey.Draw(arguments.NewKey!).Text);
                return 0;
            }

            return await ProxyService.Build(arguments).RunServiceAsync("llm-proxy");
        }
        catch (Exception error) when (error is LlmProxyConfigException or ServiceStartException)
        {
            await Console.Error.WriteLineAsync($"llm-proxy: {error.Message}");
            return 2;
        }
    }
}
