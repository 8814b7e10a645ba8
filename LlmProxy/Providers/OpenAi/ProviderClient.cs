using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>Makes the connections to one provider. Requests are <see cref="ProviderMessage"/>s, which are told how long theirs took to open.</summary>
internal static class ProviderClient
{
    /// <param name="server">Where it is.</param>
    /// <param name="connectTimeout">Limit of opening a connection, TLS included.</param>
    public static HttpMessageInvoker Create(OpenAiServer server, TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null, // trace headers are written by the provider; baggage never leaves
        AllowAutoRedirect = false,        // a redirect would carry the key to another host
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = ConnectAsync,
        ConnectTimeout = connectTimeout,
        EnableMultipleHttp2Connections = true,
        // Behind [DONE] stands the end of the body, which is read so that the connection can be used again. But an answer that nobody wants is broken off: for the
        // default of 2 s, 1 MiB a model would go on for nobody.
        MaxResponseDrainSize = 64 << 10,
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(200),
        PlaintextStreamFilter = OnReady,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = server.Certificates },
        UseCookies = false,
        UseProxy = !server.BaseUrl.IsLoopback,
    });

    // What the handler does without a callback: a dual-stack socket that tries all of the name's addresses in turn.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        (context.InitialRequestMessage as ProviderMessage)?.Connecting();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Called when TLS, if there is any, stands.
    private static ValueTask<Stream> OnReady(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        (context.InitialRequestMessage as ProviderMessage)?.Connected();
        return ValueTask.FromResult(context.PlaintextStream);
    }
}
