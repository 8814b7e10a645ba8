using ApeTest.AppHost.Composition;
using ApeTest.AppHost.Options;
using ApeTest.AppHost.Publishing;
using Aspire.Hosting;

namespace ApeTest.AppHost;

/// <summary>ApeTest's services as resources of .NET Aspire: <see cref="AppHostOptions"/>. Exit code: 0 done, 1 a publication that failed, 2 a wrong flag.</summary>
internal static class Program
{
    private const int WrongInput = 2;

    private static async Task<int> Main(string[] args)
    {
        var options = AppHostOptions.Parse(args);
        if (options.Help)
        {
            await Console.Out.WriteLineAsync(AppHostOptions.HelpText);
            return 0;
        }
        if (options.Error is not null)
        {
            await Console.Error.WriteLineAsync($"error: {options.Error}");
            return WrongInput;
        }
        var builder = DistributedApplication.CreateBuilder(options.Others);
        if (builder.AddApeTestServices(options) is { } error)
        {
            await Console.Error.WriteLineAsync($"error: {error}");
            return WrongInput;
        }
        return await builder.Build().RunToExitCodeAsync();
    }
}
