using System.Net;
using ApeTest.Observability.Dashboard;
using ApeTest.Runs.Control;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests.Dashboard;

public sealed class DashboardPagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/dashboard")]
    [InlineData("/dashboard/runs/" + CollectorHost.Run)]
    [InlineData("/dashboard/runs/" + CollectorHost.Run + "/events")]
    [InlineData("/dashboard/runs/" + CollectorHost.Run + "/sessions")]
    [InlineData("/dashboard/runs/" + CollectorHost.Run + "/sessions/0-1")]
    public async Task Page_WithoutKeyOrCookie_Is401(string path)
    {
        await using var host = await CollectorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(path + "?t=0000", HttpCompletionOption.ResponseHeadersRead, Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("/dashboard/nowhere")]
    [InlineData("/dashboard/runs/" + CollectorHost.Run + "/nowhere")]
    [InlineData("/dashboard/runs/20200101-000000-0000")]
    public async Task Page_Unknown_Is404ToWhoMayLookAnd401ToOthers(string path)
    {
        await using var host = await CollectorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        using var known = Known(host);

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(path, Cancellation)).StatusCode);
        using var response = await known.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("<h1>", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_CollectorWithoutToken_IsClosed()
    {
        await using var host = await CollectorHost.StartAsync(withToken: false);
        using var http = new HttpClient { BaseAddress = host.Url };

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/dashboard", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Page_ForeignHost_IsRefused()
    {
        await using var host = await CollectorHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/assets/dashboard.js");
        request.Headers.Host = "evil.example";

        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(request, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task EveryPage_OfAHostileRun_EscapesAndLoadsNothingElse()
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();
        host.Hostile("0-1");
        await host.AppendAsync();
        using var http = Known(host);
        await ApeUntil.HoldsAsync(async () => (await http.GetStringAsync($"/dashboard/runs/{CollectorHost.Run}/sessions", Cancellation)).Contains("0-1", StringComparison.Ordinal));

        foreach (var path in new[] { "", $"/runs/{CollectorHost.Run}", $"/runs/{CollectorHost.Run}/sessions", $"/runs/{CollectorHost.Run}/sessions?q=%3Cscript%3E", $"/runs/{CollectorHost.Run}/sessions/0-1" })
        {
            using var response = await http.GetAsync("/dashboard" + path, Cancellation);
            var html = await response.Content.ReadAsStringAsync(Cancellation);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
            // As an attribute: what is escaped may name it.
            Assert.DoesNotMatch("<[a-z][^<>]*\\sstyle=", html);
            Assert.DoesNotMatch("(src|href|action)=\"(https?:)?//", html);
        }
    }

    [Fact]
    public async Task Sessions_Filtered_ArePaged()
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();
        for (var i = 1; i <= 120; i++)
        {
            host.Session(i % 2 == 0 ? SessionOutcome.Failed : SessionOutcome.Stuck, $"0-{i}");
        }
        await host.AppendAsync();
        using var http = Known(host);
        var sessions = $"/dashboard/runs/{CollectorHost.Run}/sessions";

        await ApeUntil.HoldsAsync(async () => (await http.GetStringAsync(sessions, Cancellation)).Contains("120 sessions", StringComparison.Ordinal));
        var failed = await http.GetStringAsync(sessions + "?outcome=failed&page=2", Cancellation);
        Assert.Contains("60 sessions", failed, StringComparison.Ordinal);
        Assert.Contains("page 2 of 2", failed, StringComparison.Ordinal);
        Assert.Contains("sessions/0-120\"", failed, StringComparison.Ordinal);
        Assert.DoesNotContain("sessions/0-2\"", failed, StringComparison.Ordinal);
        Assert.Contains("1 session<", await http.GetStringAsync(sessions + "?q=0-77", Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1:1", HttpStatusCode.Forbidden)]
    [InlineData("own", HttpStatusCode.Accepted)]
    public async Task Stop_ByAPage_MustComeFromThisOrigin(string? origin, HttpStatusCode expected)
    {
        await using var host = await CollectorHost.StartAsync();
        await host.CollectAsync();
        using var http = await BrowserAsync(host);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/dashboard/runs/{CollectorHost.Run}/stop") { Content = new StringContent("{\"now\":false}") };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin == "own" ? host.Url.GetLeftPart(UriPartial.Authority) : origin);
        }

        Assert.Equal(expected, (await http.SendAsync(request, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Events_ManyViewers_AreRenderedOnceASecondAndBounded()
    {
        await using var host = await CollectorHost.StartAsync();
        var run = await host.CollectAsync();
        await host.TickUntilAsync(run, progress => progress.Status == "running");
        using var http = Known(host);
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < Broadcasts.MostViewers; i++)
        {
            open.Add(await http.GetAsync($"/dashboard/runs/{CollectorHost.Run}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation));
        }

        Assert.All(open, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable,
            (await http.GetAsync($"/dashboard/runs/{CollectorHost.Run}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation)).StatusCode);
        foreach (var response in open)
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
            Assert.Equal("event: part", await reader.ReadLineAsync(Cancellation).AsTask().Within(Cancellation));
            response.Dispose();
        }
        // Who leaves makes room.
        await ApeUntil.HoldsAsync(async () =>
        {
            using var again = await http.GetAsync($"/dashboard/runs/{CollectorHost.Run}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            return again.StatusCode == HttpStatusCode.OK;
        });
    }

    private static HttpClient Known(CollectorHost host)
    {
        var http = new HttpClient { BaseAddress = host.Url };
        http.DefaultRequestHeaders.Add(ControlContract.TokenHeader, host.Directory.ReadToken()!);
        return http;
    }

    /// <summary>A client with the cookie alone.</summary>
    private static async Task<HttpClient> BrowserAsync(CollectorHost host)
    {
        var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = host.Url };
        (await http.GetAsync(host.DashboardLink(), Cancellation)).EnsureSuccessStatusCode();
        return http;
    }
}
