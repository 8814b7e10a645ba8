using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Http;

/// <summary>
/// Makes the handlers that reach one target: no redirects, no cookies, no headers of its own, and connections only to addresses that the
/// allow-list holds after name resolution. The address that was judged is the one that is connected to, so a name that changes its
/// address between the two (DNS rebinding) gains nothing.
/// </summary>
public static class TargetConnector
{
    /// <summary>A handler for <paramref name="target"/>.</summary>
    /// <param name="target">The target.</param>
    /// <param name="decompress">Whether gzip, deflate and brotli bodies are unpacked; false under a proxy, which passes bytes through.</param>
    /// <param name="resolve">Name resolution. Default the system's.</param>
    public static SocketsHttpHandler CreateHandler(TargetEntry target, bool decompress,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        resolve ??= Dns.GetHostAddressesAsync;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = decompress ? DecompressionMethods.All : DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = target.Timeout < TimeSpan.FromSeconds(15) ? target.Timeout : TimeSpan.FromSeconds(15),
            // A target behind changing DNS is followed within minutes, as browsers do.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 64,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(target, context.DnsEndPoint, resolve, cancellationToken),
        };
        SingleSend.Apply(handler);
        if (target.Insecure)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        }
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(TargetEntry target, DnsEndPoint endPoint,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        var host = endPoint.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        SocketException? failure = null;
        IPAddress? refused = null;
        foreach (var address in addresses)
        {
            if (!target.IsAddressAllowed(host, endPoint.Port, address))
            {
                refused = address;
                continue;
            }
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, endPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                failure = exception;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        if (failure is null && refused is not null)
        {
            throw new TargetRefusedException(Verdict.Deny(403, TargetErrors.Denied,
                $"host {host} of target '{target.Name}' resolves to the private address {refused}; to allow it, add \"{refused}:{endPoint.Port}\" to `hosts`"));
        }
        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }
}
