using static ApeTest.Gateway.Tests.Hostile.HostileInput;

namespace ApeTest.Gateway.Tests.Hostile;

/// <summary>Inputs that try to make gateway and target disagree on where a request ends, or what its headers are.</summary>
internal static class SmugglingInputs
{
    private const string Hidden = "POST /shop/admin/users HTTP/1.1\r\nHost: x\r\n\r\n";

    public static IEnumerable<HostileInput> All =>
    [
        // RFC 9112, 6.3: both framings; what counts is Transfer-Encoding, and only one of the two goes on.
        Harmless("CL and TE", Http("POST /shop/a", "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + Hidden), static seen => seen.Body.Length == 0 && OneFraming(seen)),
        Harmless("TE and CL", Http("POST /shop/a", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "5\r\nhello\r\n0\r\n\r\n"), static seen => seen.Body == "hello" && OneFraming(seen)),
        Refused("TE xchunked", Http("POST /shop/a", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
        Refused("TE chunked, identity", Http("POST /shop/a", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")),
        Refused("TE identity", Http("POST /shop/a", "Transfer-Encoding: identity\r\nContent-Length: 2\r\n", "hi")),
        Refused("TE twice, cow last", Http("POST /shop/a", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n", "0\r\n\r\n")),
        Refused("TE with vertical tab", Http("POST /shop/a", "Transfer-Encoding: \u000bchunked\r\n", "0\r\n\r\n")),
        Refused("TE in quotes", Http("POST /shop/a", "Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
        Refused("TE name with space", Http("POST /shop/a", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
        Refused("TE folded", Http("POST /shop/a", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")),
        Refused("CL twice, differing", Http("POST /shop/a", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")),
        Refused("CL list, differing", Http("POST /shop/a", "Content-Length: 5, 6\r\n", "hello!")),
        Refused("CL twice, same", Http("POST /shop/a", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
        // The server reads it as 5; what goes on says so in the form that all read alike.
        Harmless("CL with plus", Http("POST /shop/a", "Content-Length: +5\r\n", "hello"), static seen => seen.Headers["Content-Length"] == "5" && seen.Body == "hello"),
        Refused("CL with minus", Http("POST /shop/a", "Content-Length: -5\r\n", "hello")),
        Refused("CL with inner space", Http("POST /shop/a", "Content-Length: 5 5\r\n", "hello")),
        Refused("CL hexadecimal", Http("POST /shop/a", "Content-Length: 0x5\r\n", "hello")),
        Refused("CL beyond 64 bits", Http("POST /shop/a", "Content-Length: 99999999999999999999\r\n", "hello")),
        Refused("CL name with tab", Http("POST /shop/a", "Content-Length\t: 5\r\n", "hello")),
        Refused("chunk size not hex", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n")),
        Refused("chunk size negative", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")),
        Refused("chunk size overflow", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n")),
        Refused("chunk size with 0x", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n")),
        Refused("chunk without its end", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "5\r\nhelloX0\r\n\r\n")),
        Refused("chunk lines end in LF", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "5\nhello\n0\n\n")),
        Harmless("chunk extension", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "5;x=\"y\"\r\nhello\r\n0\r\n\r\n"), static seen => seen.Body == "hello"),
        Refused("chunk extension with LF", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "5;x=\ny\r\nhello\r\n0\r\n\r\n")),
        Refused("header folded", Http("GET /shop/a", "X-A: b\r\n Transfer-Encoding: chunked\r\n")),
        Refused("header without colon", Http("GET /shop/a", "X-A\r\n")),
        Refused("header without name", Http("GET /shop/a", ": b\r\n")),
        Refused("header name with space", Http("GET /shop/a", "X-A : b\r\n")),
        Refused("header name with NUL", Http("GET /shop/a", "X\0A: b\r\n")),
        Refused("header name with CR", Http("GET /shop/a", "X\rA: b\r\n")),
        Refused("header value with NUL", Http("GET /shop/a", "X-A: b\0c\r\n")),
        Refused("header value with CR", Http("GET /shop/a", "X-A: b\rX-Ape-Token: c\r\n")),
        Refused("request line with NUL", Http("GET /shop/a\0b")),
        Refused("request line with control", Http("GET /shop/a\u0001b")),
        Refused("method with a slash", Http("GE/T /shop/a")),
        Harmless("Connection names headers", Http("GET /shop/a", "Connection: close, X-Hop, Keep-Alive\r\nX-Hop: secret\r\nKeep-Alive: 5\r\nX-Stays: 1\r\n"),
            static seen => !seen.Headers.ContainsKey("X-Hop") && !seen.Headers.ContainsKey("Keep-Alive") && seen.Headers["X-Stays"] == "1"),
        Harmless("Connection names our headers", Http("GET /shop/a", "Connection: close, X-Ape-Token, traceparent, X-Trace-Id, Authorization\r\nX-Ape-Token: x\r\n"),
            static seen => !seen.Headers.ContainsKey("X-Ape-Token") && seen.Headers.ContainsKey("traceparent") && seen.Headers["Authorization"] == $"Bearer {HostileGround.Secret}"),
        Harmless("hop-by-hop headers", Http("GET /shop/a", "TE: gzip\r\nTrailer: X-Ape-Token\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eA==\r\n"),
            static seen => !seen.Headers.ContainsKey("Proxy-Connection") && !seen.Headers.ContainsKey("Proxy-Authorization")
                && seen.Headers.GetValueOrDefault("TE") is null or "trailers"),
        Harmless("Upgrade: h2c", Http("GET /shop/a", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
            static seen => !seen.Headers.ContainsKey("Upgrade") && !seen.Headers.ContainsKey("HTTP2-Settings")),
        Refused("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0),
        Refused("HTTP/0.9", "GET /shop/a\r\n\r\n"),
        Refused("TLS on a plain port", "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003\r\n\r\n"),
    ];

    private static bool OneFraming(Arrival seen) => !(seen.Headers.ContainsKey("Content-Length") && seen.Headers.ContainsKey("Transfer-Encoding"));
}
