using System.Text;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>
/// The stream of a session's GET: it tells the client that the tools have changed. The SDK's own may be opened once in a session's life; a
/// client whose connection broke opens another, which takes the place of the one before.
/// </summary>
internal sealed class EventStream(TimeProvider time)
{
    private static readonly byte[] Changed =
        Encoding.UTF8.GetBytes($$"""event: message{{'\n'}}data: {"jsonrpc":"2.0","method":"{{NotificationMethods.ToolListChangedNotification}}"}{{"\n\n"}}""");

    /// <summary>A comment: proxies close what is silent for long.</summary>
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    private Channel<bool>? _open;

    /// <summary>Whether a client listens.</summary>
    public bool IsOpen => Volatile.Read(ref _open) is not null;

    /// <summary>Tells whoever listens. Several changes that were not written yet are one.</summary>
    public void ToolsChanged() => Volatile.Read(ref _open)?.Writer.TryWrite(true);

    /// <summary>Ends the stream.</summary>
    public void Close() => Volatile.Read(ref _open)?.Writer.TryComplete();

    /// <summary>Writes until the client goes, the session ends, or another stream takes this one's place.</summary>
    public async Task WriteToAsync(Stream response, CancellationToken cancellationToken)
    {
        var events = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        Interlocked.Exchange(ref _open, events)?.Writer.TryComplete();
        try
        {
            await response.FlushAsync(cancellationToken);
            var next = events.Reader.WaitToReadAsync(cancellationToken).AsTask();
            while (true)
            {
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(next, Task.Delay(Silence, time, silence.Token));
                await silence.CancelAsync();
                if (!next.IsCompleted)
                {
                    await response.WriteAsync(KeepAlive, cancellationToken);
                }
                else if (!await next)
                {
                    return;
                }
                else
                {
                    _ = events.Reader.TryRead(out _);
                    await response.WriteAsync(Changed, cancellationToken);
                    next = events.Reader.WaitToReadAsync(cancellationToken).AsTask();
                }
                await response.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            Interlocked.CompareExchange(ref _open, null, events);
        }
    }
}
