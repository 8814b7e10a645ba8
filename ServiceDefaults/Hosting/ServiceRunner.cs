using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>Runs one service as a process of its own.</summary>
public static class ServiceRunner
{
    /// <summary>
    /// Starts the application, says on standard error where it listens, and waits for its end (SIGTERM, Ctrl+C).
    /// Exit code: 0 done, 2 refused by its configuration, 3 the address cannot be bound.
    /// </summary>
    public static async Task<int> RunServiceAsync(this WebApplication app, string service)
    {
        ArgumentNullException.ThrowIfNull(app);
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (ServiceStartException e)
            {
                await Console.Error.WriteLineAsync($"{service}: {e.Message}");
                return 2;
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                await Console.Error.WriteLineAsync($"{service}: {e.Message} Choose another address with --urls http://127.0.0.1:PORT.");
                return 3;
            }

            await Console.Error.WriteLineAsync($"{service} listens on {app.BoundUrl().GetLeftPart(UriPartial.Authority)}");
            await app.WaitForShutdownAsync();
            return 0;
        }
    }
}
