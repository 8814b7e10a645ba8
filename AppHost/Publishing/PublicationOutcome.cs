using Aspire.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ApeTest.AppHost.Publishing;

/// <summary>Tells the shell how a publication ended: a background service of the host makes it, and where one fails the host ends in order.</summary>
internal static class PublicationOutcome
{
    private const int Failed = 1;

    /// <summary>Runs the application to its end. Returns the exit code: 1 where a background service of it failed, as it has logged.</summary>
    public static async Task<int> RunToExitCodeAsync(this DistributedApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // The host's own ones; after the end there is nobody left to ask.
        var services = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        await app.RunAsync();
        return services.Any(static service => service.ExecuteTask is { IsFaulted: true }) ? Failed : Environment.ExitCode;
    }
}
