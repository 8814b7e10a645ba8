using System.Buffers;
using System.Globalization;

namespace ApeTest.Targets.Http;

/// <summary>Reads a response's headers and body within limits.</summary>
internal static class ResponseReader
{
    /// <summary>Bytes that are still read after the kept ones, so that the connection can be used again; a longer body costs it.</summary>
    private const long DrainBytes = 4L << 20;

    private const int MaxHeaders = 200;

    /// <summary>All headers in order of arrival, content headers after the others.</summary>
    public static List<KeyValuePair<string, string>> ReadHeaders(HttpResponseMessage response)
    {
        var headers = new List<KeyValuePair<string, string>>(16);
        Add(headers, response.Headers.NonValidated);
        Add(headers, response.Content.Headers.NonValidated);
        return headers;
    }

    /// <summary>
    /// Throws where the answer says no length that can be believed (RFC 9112, section 6.3): <see cref="SocketsHttpHandler"/> takes one that is no number for none, and the
    /// first of two that differ.
    /// </summary>
    public static void CheckLength(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values) || response.Headers.TransferEncodingChunked == true)
        {
            return;
        }
        long? length = null;
        foreach (var value in values)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (!long.TryParse(value.AsSpan()[part].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    throw new HttpRequestException(HttpRequestError.InvalidResponse, "its Content-Length is no number");
                }
                if (length is not null && length != number)
                {
                    throw new HttpRequestException(HttpRequestError.InvalidResponse, "it has two different values of Content-Length");
                }
                length = number;
            }
        }
    }

    /// <summary>
    /// The first <paramref name="limit"/> bytes of the body and its whole length. A body beyond <paramref name="limit"/> plus the drain
    /// bound is cut there, unless it is <paramref name="whole"/>: its length is then the declared one, or what was read.
    /// </summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Body, long Length)> ReadBodyAsync(HttpContent content, int limit, bool whole, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var declared = content.Headers.ContentLength;
        var rented = ArrayPool<byte>.Shared.Rent((int)Math.Max(256, Math.Min(declared ?? 8192, Math.Min((long)limit + 1, 1 << 20))));
        try
        {
            var kept = 0;
            while (kept < limit)
            {
                if (kept == rented.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)limit, rented.Length * 2L));
                    rented.AsSpan(0, kept).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }
                var read = await stream.ReadAsync(rented.AsMemory(kept, Math.Min(rented.Length, limit) - kept), cancellationToken);
                if (read == 0)
                {
                    return (rented.AsSpan(0, kept).ToArray(), kept);
                }
                kept += read;
            }
            var body = rented.AsSpan(0, kept).ToArray();
            long length = kept;
            while (whole || length - kept < DrainBytes)
            {
                var read = await stream.ReadAsync(rented.AsMemory(), cancellationToken);
                if (read == 0)
                {
                    return (body, length);
                }
                length += read;
            }
            return (body, Math.Max(length, declared ?? 0));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Add(List<KeyValuePair<string, string>> headers, System.Net.Http.Headers.HttpHeadersNonValidated from)
    {
        foreach (var header in from)
        {
            foreach (var value in header.Value)
            {
                if (headers.Count >= MaxHeaders)
                {
                    return;
                }
                headers.Add(new KeyValuePair<string, string>(header.Key, value));
            }
        }
    }
}
