using System.Net;

namespace ApeTest.Targets.Http;

/// <summary>A body of which the beginning was read already: sends that, then the rest as it comes. Can be sent once.</summary>
/// <param name="source">Holds the beginning and waits with the rest.</param>
/// <param name="copying">The copy of the original into <paramref name="source"/>.</param>
/// <param name="original">The original.</param>
internal sealed class PrefixedContent(PrefixStream source, Task copying, HttpContent original) : HttpContent
{
    private bool _sent;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_sent)
        {
            throw new InvalidOperationException("A streamed body can be sent only once.");
        }
        _sent = true;
        try
        {
            await stream.WriteAsync(source.Prefix, cancellationToken);
            source.ContinueTo(stream);
            await copying.WaitAsync(cancellationToken);
        }
        finally
        {
            source.Abandon();
        }
        if (source.ReaderFailure is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Abandon();
            original.Dispose();
        }
        base.Dispose(disposing);
    }
}
