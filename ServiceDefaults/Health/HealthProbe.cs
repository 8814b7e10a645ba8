using System.Globalization;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Health;

/// <summary>
/// <c>SERVICE --health</c>: asks the service of this container whether it is ready, for a container engine's health check. An image need not have a shell
/// or <c>curl</c> for it.
/// </summary>
public static class HealthProbe
{
    /// <summary>The one argument that asks for it.</summary>
    public const string Flag = "--health";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>Whether the command line asks for a probe.</summary>
    public static bool IsAsked(IReadOnlyList<string> arguments) => arguments is [Flag];

    /// <summary>Asks <c>/health/ready</c> on loopback. Exit code: 0 ready, 1 not ready or no answer, which is told on standard error.</summary>
    /// <param name="port">The service's port where <c>ASPNETCORE_URLS</c> names none.</param>
    public static async Task<int> RunAsync(int port)
    {
        var url = Url(Environment.GetEnvironmentVariable("ASPNETCORE_URLS"), port);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };
        try
        {
            using var response = await client.GetAsync(url);
            if (response.IsSuccessStatusCode)
            {
                return 0;
            }
            await Console.Error.WriteLineAsync($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{url} does not answer: {exception.Message}");
        }
        return 1;
    }

    /// <summary>Where the service of this machine listens, by the addresses that it is told to bind (<c>http://+:5100</c>).</summary>
    internal static Uri Url(string? bindings, int port)
    {
        var first = bindings?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        var bound = first is null ? port : BindingAddress.Parse(first).Port;
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"{ServiceUrls.Loopback(bound)}/health/ready"));
    }
}
