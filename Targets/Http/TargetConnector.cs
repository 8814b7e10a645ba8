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
    /// <param name="options">How it connects. Null: the defaults.</param>
    public static SocketsHttpHandler CreateHandler(TargetEntry target, bool decompress,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, SocketsOptions? options = null)
    {
        resolve ??= Dns.GetHostAddressesAsync;
        options ??= new SocketsOptions();
        var turn = options.FirstSource - 1;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy is null ? null : new WebProxy(options.Proxy),
            AutomaticDecompression = decompress ? DecompressionMethods.All : DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = target.Timeout < TimeSpan.FromSeconds(15) ? target.Timeout : TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = options.DnsTtl,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 64,
            ConnectCallback = (context, cancellationToken) =>
            {
                PolicyCall.Find(context.InitialRequestMessage)?.MakesConnection();
                var sources = options.SourceAddresses;
                var source = sources.Count == 0 ? null : sources[(int)((uint)Interlocked.Increment(ref turn) % (uint)sources.Count)];
                return ConnectAsync(options.Proxy is null ? target : null, context.DnsEndPoint, source, resolve, cancellationToken);
            },
        };
        // Under a proxy nobody asks for them.
        SingleSend.Apply(handler, counts: decompress);
        if (target.Insecure)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        }
        return handler;
    }

    /// <param name="target">The target, whose rules judge the address; null where it is the proxy's, which was named on purpose.</param>
    /// <param name="endPoint">Where to.</param>
    /// <param name="source">Where from; null: the system's choice.</param>
    /// <param name="resolve">Name resolution.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private static async ValueTask<Stream> ConnectAsync(TargetEntry? target, DnsEndPoint endPoint, IPAddress? source,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        var host = endPoint.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        SocketException? failure = null;
        IPAddress? refused = null;
        foreach (var address in addresses)
        {
            if (target?.IsAddressAllowed(host, endPoint.Port, address) == false)
            {
                refused = address;
                continue;
            }
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (source is not null && source.AddressFamily == address.AddressFamily)
                {
                    socket.Bind(new IPEndPoint(source, 0));
                }
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
            throw new TargetRefusedException(PrivateAddress(target!, host, endPoint.Port, refused));
        }
        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>What is said where <see cref="TargetEntry.IsAddressAllowed"/> left no address.</summary>
    internal static Verdict PrivateAddress(TargetEntry target, string host, int port, IPAddress address) => Verdict.Deny(403, TargetErrors.Denied,
        $"host {host} of target '{target.Name}' resolves to the private address {address}; to allow it, add \"{address}:{port}\" to `hosts`");
}
