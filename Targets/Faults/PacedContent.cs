using System.Net;

namespace ApeTest.Targets.Faults;

/// <summary>A body that passes piece by piece: headers, length and disposal are those of the original. Can be sent as often as that can.</summary>
internal sealed class PacedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Func<Pace> _pace;
    private readonly bool _isDuplex;

    /// <summary>Wraps a body.</summary>
    /// <param name="inner">The original.</param>
    /// <param name="pace">Begins the pace of one sending, or of one direction.</param>
    /// <param name="isDuplex">Whether the body is an upgraded connection, which is written to as well. Default false.</param>
    public PacedContent(HttpContent inner, Func<Pace> pace, bool isDuplex = false)
    {
        (_inner, _pace, _isDuplex) = (inner, pace, isDuplex);
        foreach (var header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _inner.CopyToAsync(new PacedStream(stream, reads: null, writes: _pace()), context, cancellationToken);

    /// <inheritdoc/>
    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new PacedStream(await _inner.ReadAsStreamAsync(cancellationToken), reads: _pace(), writes: _isDuplex ? _pace() : null);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
