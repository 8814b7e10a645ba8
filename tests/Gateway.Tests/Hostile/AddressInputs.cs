using static ApeTest.Gateway.Tests.Hostile.HostileInput;

namespace ApeTest.Gateway.Tests.Hostile;

/// <summary>Inputs that try to reach another host, another path, or a method that is denied.</summary>
internal static class AddressInputs
{
    public static IEnumerable<HostileInput> All => [.. Forms, .. Paths, .. Rules, .. Origins];

    private static IEnumerable<HostileInput> Forms =>
    [
        Refused("absolute form, foreign", "GET http://evil.example/shop/a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        Refused("absolute form, foreign Host too", "GET http://evil.example/shop/a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        Refused("absolute form, the bait", "GET http://127.0.0.1:{bait}/shop/a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        Harmless("absolute form, ours", "GET http://{host}/shop/a%2Fb?x=1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", static seen => seen.Target == "/a%2Fb?x=1"),
        Refused("absolute form climbs", "GET http://{host}/api/../../shop/../admin HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        Refused("absolute form, file", "GET file:///etc/passwd HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        Refused("CONNECT", "CONNECT 127.0.0.1:{bait} HTTP/1.1\r\nHost: 127.0.0.1:{bait}\r\nConnection: close\r\n\r\n"),
        Refused("CONNECT with a path", Http("CONNECT /shop/a")),
        Refused("OPTIONS *", Http("OPTIONS *")),
        Refused("TRACE", Http("TRACE /shop/a"), 405),
        Refused("trace", Http("trace /shop/a")),
        Refused("Host is foreign", "GET /shop/a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        Refused("Host is missing", "GET /shop/a HTTP/1.1\r\nConnection: close\r\n\r\n"),
        Refused("Host stands twice", Http("GET /shop/a", "Host: evil.example\r\n")),
        Refused("Host with user info", "GET /shop/a HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\nConnection: close\r\n\r\n"),
        Refused("Host ends like ours", "GET /shop/a HTTP/1.1\r\nHost: localhost.evil.example\r\nConnection: close\r\n\r\n"),
        Refused("Origin is foreign", Http("GET /shop/a", "Origin: http://evil.example\r\n"), 403),
        Refused("Origin is null", Http("GET /shop/a", "Origin: null\r\n"), 403),
        Refused("unknown target", Http("GET /nobody/a"), 403),
        Refused("target with user info", Http("GET /shop@evil.example/a")),
        Refused("target with port and user info", Http("GET /shop:80@evil.example/a")),
        Refused("two slashes and a host", Http("GET //evil.example/shop/a")),
        Refused("target as a URL", Http("GET /http://127.0.0.1:{bait}/a")),
        Harmless("host behind two slashes", Http("GET /shop//evil.example/a"), static seen => seen.Target == "//evil.example/a"),
        Harmless("@ in the path", Http("GET /shop/@127.0.0.1:{bait}/a"), static seen => seen.Target.StartsWith("/@127.0.0.1:", StringComparison.Ordinal)),
        Harmless("@ in the query", Http("GET /shop?@evil.example/"), static seen => seen.Target == "/?@evil.example/"),
        Harmless("fragment", Http("GET /shop/a#@evil.example/"), static seen => seen.Target.StartsWith("/a", StringComparison.Ordinal)),
        Harmless("redirect to a foreign host", Http("GET /shop/redirect"), static seen => seen.Target == "/redirect", 302,
            static answer => answer.Contains("Location: http://127.0.0.1:", StringComparison.Ordinal)),
    ];

    private static IEnumerable<HostileInput> Paths =>
    [
        Refused("dots", Http("GET /api/../../admin")),
        Refused("encoded dots", Http("GET /api/%2e%2e/%2e%2e/admin")),
        Refused("half encoded dots", Http("GET /api/.%2e/.%2E/admin")),
        Refused("encoded slashes", Http("GET /api/..%2f..%2fadmin")),
        Refused("encoded dots and slashes", Http("GET /api/%2e%2e%2F%2e%2e%2Fadmin")),
        Refused("matrix dots", Http("GET /api/..;/..;x=1/admin")),
        Refused("backslashes", Http("GET /api/..\\..\\admin")),
        Refused("encoded backslashes", Http("GET /api/..%5c..%5cadmin")),
        Refused("double encoding", Http("GET /api/%252e%252e/%252e%252e/admin")),
        Refused("double encoded slashes", Http("GET /api/..%252f..%252fadmin")),
        Refused("overlong UTF-8 dots", Http("GET /api/%C0%AE%C0%AE/%c0%ae%c0%ae/admin")),
        Refused("overlong UTF-8 slash", Http("GET /api/..%C0%AF..%C0%AFadmin")),
        Refused("dots behind a blank", Http("GET /api/..%20/admin")),
        Refused("base path as a prefix only", Http("GET /api/../v1x/admin")),
        Harmless("dots that stay inside", Http("GET /api/a/../b"), static seen => seen.Target == "/api/v1/b"),
        Refused("byte beyond ASCII in the path", Http("GET /shop/\u00ff")),
        Harmless("invalid UTF-8, encoded", Http("GET /shop/%FF%FE"), static seen => seen.Target == "/%FF%FE"),
        Harmless("encoded line break", Http("GET /shop/a%0d%0aX-Forged:%201"), static seen => seen.Target.Equals("/a%0d%0aX-Forged:%201", StringComparison.OrdinalIgnoreCase) && !seen.Headers.ContainsKey("X-Forged")),
        Refused("encoded NUL", Http("GET /shop/a%00b")),
    ];

    private static IEnumerable<HostileInput> Rules =>
    [
        Refused("denied", Http("POST /shop/admin/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, case", Http("POST /shop/ADMIN/Users", "Content-Length: 0\r\n"), 403),
        Refused("denied, method's case", Http("post /shop/admin/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, double slashes", Http("POST /shop//admin//users", "Content-Length: 0\r\n"), 403),
        Refused("denied, encoded letter", Http("POST /shop/%61dmin/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, double encoded letter", Http("POST /shop/%2561dmin/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, encoded slash", Http("POST /shop/admin%2fusers", "Content-Length: 0\r\n"), 403),
        Refused("denied, backslash", Http("POST /shop/admin%5cusers", "Content-Length: 0\r\n"), 403),
        Refused("denied, through a dot", Http("POST /shop/./admin/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, through two dots", Http("POST /shop/x/../admin/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, matrix parameter", Http("POST /shop/admin;v=1/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, encoded matrix parameter", Http("POST /shop/admin%3bv=1/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, trailing dot of a segment", Http("POST /shop/admin./users", "Content-Length: 0\r\n"), 403),
        Refused("denied, encoded blank", Http("POST /shop/admin%20/users", "Content-Length: 0\r\n"), 403),
        Refused("denied, trailing slash", Http("GET /shop/secret/"), 403),
        Refused("denied, trailing dot", Http("GET /shop/secret."), 403),
        Refused("denied, session id", Http("GET /shop/secret;jsessionid=1"), 403),
        Refused("denied, NUL behind", Http("GET /shop/secret%00.html")),
        Refused("denied, query", Http("GET /shop/secret?x=/open"), 403),
        Refused("denied, not ASCII", Http("GET /shop/caf%C3%A9"), 403),
        Refused("denied, through the origin header", Http("GET /names/secret", "X-Ape-Origin: http://127.0.0.1:{bait}\r\n"), 403),
        Refused("denied by operation", Http("POST /shop/a", "X-Ape-Operation: wipe\r\nContent-Length: 0\r\n"), 403),
        Harmless("not denied", Http("GET /shop/secrets"), static seen => seen.Target == "/secrets"),
        Refused("DELETE on a remote target", Http("DELETE /remote/orders/1"), 403),
        Refused("delete on a remote target", Http("delete /remote/orders/1"), 403),
        Refused("DELETE beside what is allowed", Http("DELETE /remote/drafts/1%2f..%2f..%2forders"), 400),
        Refused("DELETE below what is allowed", Http("DELETE /remote/drafts/1%2fitems"), 403),
        Refused("destructive on a remote target", Http("POST /remote/a", "X-Ape-Destructive: true\r\nContent-Length: 0\r\n"), 403),
    ];

    private static IEnumerable<HostileInput> Origins =>
    [
        .. new[]
        {
            "http://evil.example", "https://evil.example:443", "http://127.0.0.1:{bait}", "http://2130706433:{bait}", "http://0x7f.1:{bait}", "http://[::1]:{bait}", "http://[::ffff:127.0.0.1]:{bait}",
            "http://localhost:{bait}", "http://0:{bait}", "file:///etc/passwd", "gopher://127.0.0.1:{bait}", "ftp://127.0.0.1:{bait}", "http://{target}@evil.example", "http://u:p@{target}",
            "//127.0.0.1:{bait}", "http://{target}/path", "http://{target}?x", "http://{target}#@evil.example", "http://evil.example\\@{target}", "javascript:alert(1)", "nonsense",
        }.Select(static origin => Refused($"origin {origin}", Http("GET /shop/a", $"X-Ape-Origin: {origin}\r\n"))),
        Refused("two origins", Http("GET /shop/a", "X-Ape-Origin: http://{target}\r\nX-Ape-Origin: http://127.0.0.1:{bait}\r\n")),
        Refused("name that resolves to loopback", Http("GET /names/a", "X-Ape-Origin: http://private.example:{bait}\r\n"), 403),
        Refused("name that resolves to link-local", Http("GET /names/a", "X-Ape-Origin: http://metadata.example\r\n"), 403),
        Refused("name that resolves to a mapped private address", Http("GET /names/a", "X-Ape-Origin: http://mapped.example\r\n"), 403),
    ];
}
