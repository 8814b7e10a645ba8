using System.Net.Http.Headers;

namespace ApeTest.Targets.Http;

/// <summary>Makes a request's body one that can be sent more than once, where it is small enough.</summary>
internal static class ReplayableContent
{
    /// <summary>Most body bytes of a request that may be sent again: 64 KiB (DESIGN 6).</summary>
    public const int Limit = 64 * 1024;

    /// <summary>
    /// Reads a body of at most <paramref name="limit"/> bytes into memory, so that the message can be sent again. A longer one is left as
    /// it is or, where its length was not declared, goes on as what was read and then the rest: still once. A proxied body of undeclared
    /// length is held back until it ends or passes the limit.
    /// </summary>
    /// <param name="message">The message; its content may be replaced by one with the same headers.</param>
    /// <param name="limit">Most bytes kept. Default use: <see cref="Limit"/>.</param>
    /// <param name="cancellationToken">Ends the reading, also of the rest, hence the token of the whole request.</param>
    /// <returns>Whether the message can be sent again.</returns>
    public static async ValueTask<bool> TryBufferAsync(HttpRequestMessage message, int limit, CancellationToken cancellationToken)
    {
        switch (message.Content)
        {
            case null or ReadOnlyMemoryContent or ByteArrayContent:
                return true;
            case PrefixedContent:
                return false;
            case { Headers.ContentLength: { } declared } when declared > limit:
                return false;
            case { } content:
                var sink = new PrefixStream(limit);
                var copying = content.CopyToAsync(sink, cancellationToken);
                if (await Task.WhenAny(copying, sink.Overflown) == copying)
                {
                    await copying;
                    message.Content = WithHeaders(new ReadOnlyMemoryContent(sink.Prefix), content.Headers);
                    return true;
                }
                message.Content = WithHeaders(new PrefixedContent(sink, copying, content), content.Headers);
                return false;
        }
    }

    private static HttpContent WithHeaders(HttpContent content, HttpContentHeaders headers)
    {
        foreach (var header in headers.NonValidated)
        {
            content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        return content;
    }
}
