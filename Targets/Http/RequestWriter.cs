using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Http;

/// <summary>Turns a <see cref="TargetRequest"/> into a message.</summary>
internal static class RequestWriter
{
    /// <summary>The message. False where a header could not be sent as it is (a line break in it would forge another).</summary>
    public static bool TryWrite(in TargetRequest request, Uri url, out HttpRequestMessage message, out string? error)
    {
        message = new HttpRequestMessage(request.Method, url);
        error = null;
        if (!request.Body.IsEmpty || request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            if (request.ContentType is { } contentType && !Add(message.Content.Headers, "Content-Type", contentType))
            {
                error = "the content type holds a character that may not stand in a header";
                return false;
            }
        }
        else if (request.Method == HttpMethod.Post || request.Method == HttpMethod.Put || request.Method == HttpMethod.Patch)
        {
            // Without a content no Content-Length is sent, which some servers refuse (411).
            message.Content = new ReadOnlyMemoryContent(default);
        }
        foreach (var header in request.Headers ?? [])
        {
            if (!Add(message.Headers, header.Key, header.Value) && !(message.Content is { } content && Add(content.Headers, header.Key, header.Value)))
            {
                error = $"header '{header.Key}' cannot be sent: its name or value holds a character that may not stand there, or it belongs to the connection";
                return false;
            }
        }
        return true;
    }

    private static bool Add(System.Net.Http.Headers.HttpHeaders headers, string name, string value) =>
        HttpText.IsToken(name) && HttpText.IsFieldValue(value) && !IsConnectionHeader(name) && headers.TryAddWithoutValidation(name, value);

    /// <summary>RFC 9112: these frame the message; a caller's own value could smuggle a second request.</summary>
    internal static bool IsConnectionHeader(string name) => name.Length is >= 2 and <= 19 && (
        name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)
        || name.Equals("TE", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Trailer", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Proxy-Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Host", StringComparison.OrdinalIgnoreCase));
}
