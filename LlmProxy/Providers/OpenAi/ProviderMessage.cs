using System.Net;
using System.Net.Http.Headers;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>
/// A request to a provider. It is written once: the handler's own retries, which nothing could count, end in an error. And it knows how long the connection that
/// was opened for it took.
/// </summary>
internal sealed class ProviderMessage : HttpRequestMessage
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly TimeProvider _clock;

    private long _connectStarted;
    private long _connectTook;
    private bool _isWritten;

    /// <summary>HTTP/2 where TLS negotiates it, else HTTP/1.1.</summary>
    public ProviderMessage(HttpMethod method, Uri uri, TimeProvider clock)
        : base(method, uri)
    {
        _clock = clock;
        Version = HttpVersion.Version20;
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
    }

    /// <summary>
    /// How long the connection took that this request opened, TLS included. Null: it went over one that was open, be it because that became free before its own
    /// was ready.
    /// </summary>
    public TimeSpan? ConnectTime { get; private set; }

    /// <summary>Gives it a JSON body.</summary>
    public void SetJson(ReadOnlyMemory<byte> body) => Content = new OnceContent(body, this) { Headers = { ContentType = Json } };

    /// <summary>A connection for it is being opened. May come from any thread.</summary>
    public void Connecting() => Volatile.Write(ref _connectStarted, _clock.GetTimestamp());

    /// <summary>The connection is ready, TLS included. May come from any thread, and after this request was sent over another.</summary>
    public void Connected() => Volatile.Write(ref _connectTook, Math.Max(1, _clock.GetElapsedTime(Volatile.Read(ref _connectStarted)).Ticks));

    // The request has its connection from here on.
    private void Write()
    {
        if (_isWritten)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection ended before an answer began");
        }

        _isWritten = true;
        ConnectTime = Volatile.Read(ref _connectTook) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
    }

    private sealed class OnceContent(ReadOnlyMemory<byte> body, ProviderMessage message) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            message.Write();
            return stream.WriteAsync(body, cancellationToken).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
