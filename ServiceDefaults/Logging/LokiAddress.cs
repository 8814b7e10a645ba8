using ApeTest.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>The Loki that log lines are shipped to.</summary>
internal static class LokiAddress
{
    /// <summary>Its base URL without a slash at the end; null where none is configured.</summary>
    /// <exception cref="ServiceStartException">What is configured is no HTTP URL.</exception>
    public static string? Of(IConfiguration configuration)
    {
        if (configuration[EnvironmentNames.Loki] is not { Length: > 0 } loki)
        {
            return null;
        }

        return Uri.TryCreate(loki, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? loki.TrimEnd('/')
            : throw new ServiceStartException($"{EnvironmentNames.Loki} is '{loki}', which is no URL. Set it like http://127.0.0.1:3100.");
    }
}
