using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Hosting;

/// <summary>Where services listen.</summary>
public static class ServiceUrls
{
    /// <summary>A free port on loopback, chosen by the system when the service starts. Ask <see cref="BoundUrl"/> which.</summary>
    public const string FreeLoopback = "http://127.0.0.1:0";

    /// <summary><c>http://127.0.0.1:{port}</c>.</summary>
    public static string Loopback(int port)
    {
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
    }

    /// <summary>The first address that a <em>started</em> application listens on, with its real port; a wildcard host reads as 127.0.0.1.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public static Uri BoundUrl(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        var first = addresses?.FirstOrDefault()
            ?? throw new InvalidOperationException("The application does not listen yet: start it before asking for its address.");
        var binding = BindingAddress.Parse(first);
        var host = binding.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : binding.Host;
        return new UriBuilder(binding.Scheme, host, binding.Port).Uri;
    }

    /// <summary>Whether <paramref name="host"/> (a name or address, without port) means this machine's loopback: <c>localhost</c>, <c>127.0.0.0/8</c>, <c>[::1]</c>.</summary>
    public static bool IsLoopbackHost(string? host)
    {
        if (string.IsNullOrEmpty(host))
        {
            return false;
        }

        return string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Whether a listening address such as <c>http://127.0.0.1:5100</c> is reached from this machine only. Wildcards are not.</summary>
    public static bool IsLoopbackBinding(string address)
    {
        var binding = BindingAddress.Parse(address);
        return binding.IsUnixPipe || IsLoopbackHost(binding.Host);
    }

    /// <summary>Whether a service can listen on <paramref name="url"/>: plain http on an address, <c>localhost</c>, a wildcard or a pipe.</summary>
    public static bool IsBinding(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            // https needs a certificate, which belongs to a proxy in front. An unknown host name would listen on every address.
            return address.Scheme == "http" && address.PathBase.Length == 0 && address.Port is >= 0 and <= IPEndPoint.MaxPort
                && (address.Host is "*" or "+" or "localhost" || address.IsUnixPipe || IPAddress.TryParse(address.Host, out _));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
