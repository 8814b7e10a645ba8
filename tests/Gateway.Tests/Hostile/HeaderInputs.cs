using static ApeTest.Gateway.Tests.Hostile.HostileInput;

namespace ApeTest.Gateway.Tests.Hostile;

/// <summary>Inputs that are too large, not text, or speak in our name.</summary>
internal static class HeaderInputs
{
    public static IEnumerable<HostileInput> All =>
    [
        Refused("URL of 20 KB", Http("GET /shop/" + new string('a', 20_000)), 414),
        Refused("200 headers", Http("GET /shop/a", string.Concat(Enumerable.Range(0, 200).Select(static i => $"X-{i}: a\r\n"))), 431),
        Refused("headers of 64 KB", Http("GET /shop/a", string.Concat(Enumerable.Range(0, 8).Select(static i => $"X-{i}: {new string('a', 8000)}\r\n"))), 431),
        Refused("one header of 40 KB", Http("GET /shop/a", $"X-A: {new string('a', 40_000)}\r\n"), 431),
        Refused("body over the limit", Http("POST /shop/a", "Content-Length: 1001\r\n", new string('a', 1001)), 413),
        Refused("body far over the limit", Http("POST /shop/a", "Content-Length: 9999999999\r\n"), 413),
        new("chunked body over the limit", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "7d0\r\n" + new string('a', 2000) + "\r\n0\r\n\r\n"), 413),
        Refused("chunk over the limit", Http("POST /shop/a", "Transfer-Encoding: chunked\r\n", "7fffffff\r\n" + new string('a', 2000)), 413),
        Harmless("invalid UTF-8 in a header", Http("GET /shop/a", "X-A: \u00ff\u00fe\r\n"), static seen => seen.Headers["X-A"] == "\u00ff\u00fe"),
        Harmless("overlong UTF-8 in a header", Http("GET /shop/a", "X-A: \u00c0\u00ae\r\n"), static seen => seen.Headers["X-A"] == "\u00c0\u00ae"),
        Harmless("UTF-8 in a header", Http("GET /shop/a", "X-A: \u00c3\u00bc\r\n"), static seen => seen.Headers["X-A"] == "\u00c3\u00bc"),
        Harmless("huge baggage", Http("GET /shop/a", $"baggage: ape.run={new string('r', 20_000)}\r\n"), static seen => !seen.Headers.ContainsKey("baggage")),
        Harmless("baggage with a forged log line", Http("GET /shop/a", "baggage: ape.run=%0a%7b%22level%22%3a%22error%22%7d,ape.session=%00\r\n"), static seen => !seen.Headers.ContainsKey("baggage")),
        Harmless("huge tracestate", Http("GET /shop/a", $"tracestate: a={new string('b', 20_000)}\r\n"), static seen => IsTrace(seen)),
        Harmless("traceparent of zeros", Http("GET /shop/a", "traceparent: 00-00000000000000000000000000000000-0000000000000000-01\r\ntracestate: a=b\r\n"),
            static seen => IsTrace(seen) && !seen.Headers.ContainsKey("tracestate")),
        Harmless("traceparent of nonsense", Http("GET /shop/a", "traceparent: 00-zzf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"), static seen => IsTrace(seen)),
        Harmless("traceparent twice", Http("GET /shop/a", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01\r\n"), static seen => IsTrace(seen)),
        Harmless("our headers, forged", Http("GET /shop/a", "X-Ape-Timing: gateway=9\r\nX-Ape-Error: denied\r\nx-ape-whatever: 1\r\nX-Trace-Id: forged\r\n"),
            static seen => !seen.Headers.Keys.Any(static name => name.StartsWith("X-Ape-", StringComparison.OrdinalIgnoreCase)) && IsTrace(seen),
            answers: static answer => !answer.Contains("X-Ape-Error", StringComparison.OrdinalIgnoreCase) && !answer.Contains("gateway=9", StringComparison.Ordinal)),
        Harmless("a target that speaks in our name", Http("GET /shop/liar"), static seen => seen.Target == "/liar",
            answers: static answer => !answer.Contains("X-Ape-Error", StringComparison.OrdinalIgnoreCase) && !answer.Contains("planted", StringComparison.Ordinal)),
        Harmless("Expect that nobody knows", Http("GET /shop/a", "Expect: 200-maybe\r\n"), static seen => seen.Target == "/a"),
        Harmless("forged forwarding headers", Http("GET /shop/a", "Forwarded: for=1.2.3.4;host=evil.example\r\nX-Forwarded-Host: evil.example\r\n"), static seen => seen.Headers["Host"].StartsWith("127.0.0.1:", StringComparison.Ordinal)),
    ];

    /// <summary>One valid trace context, which both headers tell.</summary>
    private static bool IsTrace(Arrival seen) => seen.Headers["traceparent"] is { Length: 55 } trace && trace[3..35] == seen.Headers["X-Trace-Id"] && trace[3..35] != new string('0', 32);
}
