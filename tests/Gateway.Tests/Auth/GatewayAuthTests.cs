using System.Collections.Concurrent;
using System.Net;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Auth;

/// <summary>Auth of targets through the gateway, as its file configures it.</summary>
public sealed class GatewayAuthTests : ForwardingTest
{
    private const string Secret = "s3cret+/=&%x";

    [Theory]
    [InlineData("""{ "type": "bearer", "token": "${SHOP_SECRET}" }""", "Authorization: Bearer s3cret+/=&%x")]
    [InlineData("""{ "type": "basic", "user": "jörg", "password": "${SHOP_SECRET}" }""", "Authorization: Basic asO2cmc6czNjcmV0Ky89JiV4")]
    [InlineData("""{ "type": "apiKey", "in": "header", "name": "X-Api-Key", "value": "${SHOP_SECRET}" }""", "X-Api-Key: s3cret+/=&%x")]
    [InlineData("""{ "type": "apiKey", "in": "query", "name": "key", "value": "${SHOP_SECRET}" }""", "GET /orders?a=1&key=s3cret%2B%2F%3D%26%25x")]
    [InlineData("""{ "type": "login", "request": { "path": "/login", "json": { "password": "${SHOP_SECRET}" } }, "token": "$.token" }""", "Authorization: Bearer token-1")]
    [InlineData("""{ "type": "login", "request": { "path": "/login", "form": { "password": "${SHOP_SECRET}" } }, "cookie": "sid", "scope": "session" }""", "Cookie: sid=token-1")]
    public async Task Forward_ConfiguredAuth_ReachesTheTargetAndNothingElse(string auth, string expected)
    {
        var seen = new ConcurrentQueue<string>();
        await using var target = await TargetAsync(seen);
        var text = new LogText();
        await using var gateway = await GatewayAsync($$"""{ "targets": [ { "name": "shop", "url": "{{target.Url}}", "auth": {{auth}} } ] }""", text);

        using var response = await SendAsync(gateway, "/shop/orders?a=1");
        using var metrics = await SendAsync(gateway, "/metrics");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(expected, seen.Last(), StringComparison.Ordinal);
        if (auth.Contains("login", StringComparison.Ordinal))
        {
            Assert.Contains("s3cret", seen.First(), StringComparison.Ordinal);
            Assert.Contains("X-Trace-Id: ", seen.First(), StringComparison.Ordinal);
        }
        AssertTellsNothing($"{response}{await response.Content.ReadAsStringAsync(Cancellation)}{await metrics.Content.ReadAsStringAsync(Cancellation)}{text}");
        Assert.Contains("/orders", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_LoginFails_Is502ThatTellsNoSecret()
    {
        await using var target = await TestService.TargetAsync(static context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("your password s3cret is wrong");
        });
        var text = new LogText();
        await using var gateway = await GatewayAsync(
            $$"""{ "targets": [ { "name": "shop", "url": "{{target.Url}}", "auth": { "type": "login", "request": { "path": "/login?k=${SHOP_SECRET}", "json": { "p": "${SHOP_SECRET}" } }, "token": "$.token" } } ] }""", text);

        using var response = await SendAsync(gateway, "/shop/orders");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        var (detail, error) = await ProblemAsync(response);
        Assert.Equal("login", error);
        Assert.StartsWith("the login of target 'shop' failed: POST /login answered 403; looked for a token at $.token;", detail, StringComparison.Ordinal);
        AssertTellsNothing($"{response}{detail}{text}");
    }

    [Theory]
    [InlineData(1_000, false, 200)]
    [InlineData(1_000, true, 200)]
    [InlineData(64 * 1024, true, 200)]
    [InlineData(200_000, false, 401)]
    [InlineData(200_000, true, 401)]
    public async Task Forward_RefusedLogin_SendsASmallBodyAgain(int length, bool chunked, int status)
    {
        var seen = new ConcurrentQueue<string>();
        await using var target = await TargetAsync(seen);
        await using var gateway = await GatewayAsync(
            $$"""{ "targets": [ { "name": "shop", "url": "{{target.Url}}", "auth": { "type": "login", "request": { "path": "/login" }, "token": "$.token" } } ] }""");
        var body = new string('b', length);
        using var first = await SendAsync(gateway, "/shop/orders", HttpMethod.Post, Content(body, chunked));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var revoked = await SendAsync(gateway, "/shop/revoke");
        seen.Clear();

        using var again = await SendAsync(gateway, "/shop/orders", HttpMethod.Post, Content(body, chunked));

        Assert.Equal(status, (int)again.StatusCode);
        Assert.Contains($"retries={(status == 200 ? 1 : 0)},", again.Headers.GetValues("X-Ape-Timing").Single(), StringComparison.Ordinal);
        var posts = seen.Where(static request => request.StartsWith("POST /orders", StringComparison.Ordinal)).ToArray();
        Assert.Equal(status == 200 ? 2 : 1, posts.Length);
        Assert.All(posts, post => Assert.EndsWith("\n\n" + body, post, StringComparison.Ordinal));
        // What could not be sent again has dropped the credential: the next request logs in.
        using var next = await SendAsync(gateway, "/shop/orders");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Forward_PerSession_KnowsTheSessionByItsBaggage()
    {
        var seen = new ConcurrentQueue<string>();
        await using var target = await TargetAsync(seen);
        await using var gateway = await GatewayAsync(
            $$"""{ "targets": [ { "name": "shop", "url": "{{target.Url}}", "auth": { "type": "login", "request": { "path": "/login" }, "token": "$.token", "scope": "session" } } ] }""");

        foreach (var session in new[] { "0-1", "0-2", "0-1", "0-2" })
        {
            using var response = await SendAsync(gateway, $"/shop/{session}", headers: ("baggage", $"ape.run=r1,ape.session={session},ape.agent=0,ape.action=1"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        string[] Tokens(string session) => [.. seen.Where(request => request.StartsWith($"GET /{session} ", StringComparison.Ordinal))
            .Select(static request => request.Split('\n').Single(static line => line.StartsWith("Authorization", StringComparison.Ordinal)))];
        Assert.Equal(["Authorization: Bearer token-1", "Authorization: Bearer token-1"], Tokens("0-1"));
        Assert.Equal(["Authorization: Bearer token-2", "Authorization: Bearer token-2"], Tokens("0-2"));
        Assert.All(seen, static request => Assert.DoesNotContain("baggage", request, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Forward_SecondTarget_IsAddedByTheFileAlone()
    {
        var (first, second) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await using var shop = await TargetAsync(first);
        await using var stock = await TargetAsync(second);
        await using var gateway = await GatewayAsync($$"""
            {
              "targets": [
                { "name": "shop", "url": "{{shop.Url}}", "auth": { "type": "bearer", "token": "${SHOP_SECRET}" } },
                { "name": "stock", "url": "{{stock.Url}}api", "auth": { "type": "apiKey", "name": "X-Key", "value": "k" }, "headers": { "X-Tenant": "t1" } }
              ]
            }
            """);

        using var one = await SendAsync(gateway, "/shop/orders");
        using var two = await SendAsync(gateway, "/stock/items?x=1");
        using var other = await SendAsync(gateway, "/shop/orders", headers: ("X-Ape-Origin", stock.Url.GetLeftPart(UriPartial.Authority)));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Forbidden), (one.StatusCode, two.StatusCode, other.StatusCode));
        var arrived = Assert.Single(second);
        Assert.StartsWith("GET /api/items?x=1 ", arrived, StringComparison.Ordinal);
        Assert.Contains("X-Key: k", arrived, StringComparison.Ordinal);
        Assert.Contains("X-Tenant: t1", arrived, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", arrived, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Key", Assert.Single(first), StringComparison.Ordinal);
    }

    private static StreamContent Content(string body, bool chunked)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(body);
        return new StreamContent(chunked ? new UnseekableStream(bytes) : new MemoryStream(bytes));
    }

    /// <summary>Writes down what arrives; <c>/login</c> gives tokens, <c>/revoke</c> ends all, other paths refuse what was revoked.</summary>
    private static Task<TestService> TargetAsync(ConcurrentQueue<string> seen)
    {
        var logins = 0;
        var revoked = new ConcurrentDictionary<string, bool>();
        return TestService.TargetAsync(async context =>
        {
            var request = context.Request;
            var body = await new StreamReader(request.Body).ReadToEndAsync(context.RequestAborted);
            seen.Enqueue($"{request.Method} {request.Path}{request.QueryString} \n{string.Join('\n', request.Headers.Select(static header => $"{header.Key}: {header.Value}"))}\n\n{body}");
            if (request.Path == "/login")
            {
                var token = $"token-{Interlocked.Increment(ref logins)}";
                context.Response.Headers.SetCookie = $"sid={token}; HttpOnly";
                await context.Response.WriteAsync($$"""{"token":"{{token}}"}""");
            }
            else if (request.Path == "/revoke")
            {
                revoked[request.Headers.Authorization.ToString()] = true;
            }
            else if (revoked.ContainsKey(request.Headers.Authorization.ToString()))
            {
                context.Response.StatusCode = 401;
            }
        });
    }

    private static async Task<TestService> GatewayAsync(string json, LogText? log = null)
    {
        using var directory = new TempDirectory();
        return await TestService.GatewayAsync(
            new GatewayOptions
            {
                ConfigPath = directory.Write("ape.mcp-gateway.json", json),
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SHOP_SECRET"] = Secret },
            },
            change: builder =>
            {
                if (log is not null)
                {
                    log.AddTo(builder);
                }
            });
    }

    private static void AssertTellsNothing(string text)
    {
        foreach (var secret in new[] { "s3cret", "czNjcmV0", "token-1" })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
