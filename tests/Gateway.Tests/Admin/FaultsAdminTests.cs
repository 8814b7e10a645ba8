using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ApeTest.Gateway.Tests.Forwarding;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Gateway.Tests.Admin;

public sealed class FaultsAdminTests : ForwardingTest
{
    private static Task<TestService> TargetAsync() => TestService.TargetAsync(static _ => Task.CompletedTask);

    private static string TokenOf(TestService gateway) => gateway.Services.GetRequiredService<AdminToken>().Value;

    private Task<HttpResponseMessage> AdminAsync(TestService gateway, HttpMethod method, string? body = null) =>
        SendAsync(gateway, "/admin/faults", method, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"), ("X-Ape-Token", TokenOf(gateway)));

    private static Task<JsonElement> JsonAsync(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

    [Theory]
    [InlineData("GET", "/admin/nope", 404)]
    [InlineData("GET", "/admin", 404)]
    [InlineData("POST", "/admin/faults", 405)]
    public async Task Call_ThatIsNone_IsAProblem(string method, string path, int status)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(gateway, path, new HttpMethod(method));

        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(status == 405 ? ["GET", "PUT", "DELETE"] : [], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Call_WithoutTheToken_Is401AndChangesNothing(string method)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var put = await AdminAsync(gateway, HttpMethod.Put, """{"faults":[{"status":503}]}""");

        foreach (var headers in new (string, string)[][] { [], [("X-Ape-Token", "wrong")], [("Authorization", "Bearer wrong")], [("Authorization", "Basic " + TokenOf(gateway))], [("X-Ape-Token", "")] })
        {
            using var response = await SendAsync(gateway, "/admin/faults", new HttpMethod(method), method == "PUT" ? new StringContent("[]") : null, headers);
            Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            Assert.DoesNotContain("503", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
        using var forwarded = await SendAsync(gateway, "/shop/");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (put.StatusCode, forwarded.StatusCode));
    }

    [Theory]
    [InlineData("X-Ape-Token", "")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "bearer ")]
    public async Task Call_WithTheServiceToken_IsAnswered(string header, string scheme)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url, token: "service-token-of-the-test");

        using var response = await SendAsync(gateway, "/admin/faults", headers: (header, scheme + "service-token-of-the-test"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"faults":[{"name":"down","status":503,"retryAfter":"2s"}]}""")]
    [InlineData("""[{"name":"down","status":503,"retryAfter":"2s"}]""")]
    [InlineData("\n [ // a comment, as in the file\n {\"name\":\"down\",\"status\":503,\"retryAfter\":\"2s\"}, ]\n")]
    public async Task Put_Faults_HoldForRequestsFromThenOn(string body)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var before = await SendAsync(gateway, "/shop/");
        using var put = await AdminAsync(gateway, HttpMethod.Put, body);
        using var during = await SendAsync(gateway, "/shop/");
        using var delete = await AdminAsync(gateway, HttpMethod.Delete);
        using var after = await SendAsync(gateway, "/shop/");

        Assert.Equal([200, 200, 503, 200, 200], new[] { before, put, during, delete, after }.Select(static response => (int)response.StatusCode));
        Assert.Equal(0, (await JsonAsync(delete)).GetProperty("faults").GetArrayLength());
    }

    [Fact]
    public async Task Get_Faults_TellsThemAndWhatTheyHit()
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var put = await AdminAsync(gateway, HttpMethod.Put, """[{"name":"down","status":503,"route":"GET /a"},{"abort":true,"share":0.5,"route":"POST /b","seed":7}]""");
        using var first = await SendAsync(gateway, "/shop/a");
        using var second = await SendAsync(gateway, "/shop/a");
        using var third = await SendAsync(gateway, "/shop/c");

        using var response = await AdminAsync(gateway, HttpMethod.Get);

        var json = await JsonAsync(response);
        Assert.Equal("""[{"name":"down","route":"GET /a","share":1,"seed":0,"status":503},{"route":"POST /b","share":0.5,"seed":7,"abort":true}]""", json.GetProperty("faults").GetRawText());
        Assert.Equal("""[{"name":"down","matching":2,"hits":2},{"name":null,"matching":0,"hits":0}]""", json.GetProperty("counts").GetRawText());
    }

    [Theory]
    [InlineData("""{"name":"a","target":"shop","route":"GET /x/**","share":0.25,"seed":-3,"latency":"1.5s","slowBody":"2m","throttle":"1000B/s"}""")]
    [InlineData("""{"share":1,"seed":0,"latency":{"distribution":"uniform","min":"10ms","max":"20ms"}}""")]
    [InlineData("""{"share":1,"seed":0,"latency":{"distribution":"normal","mean":"20ms","deviation":"5ms","min":"0","max":"1m"}}""")]
    [InlineData("""{"share":1,"seed":0,"latency":{"distribution":"lognormal","mean":"20ms","deviation":"5ms","min":"0","max":"1m"}}""")]
    [InlineData("""{"share":1,"seed":0,"latency":{"distribution":"exponential","mean":"20ms","min":"0","max":"1m"}}""")]
    [InlineData("""{"share":1,"seed":0,"status":500,"retryAfter":"3s"}""")]
    public async Task Get_Faults_CanBePutAgain(string fault)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var put = await AdminAsync(gateway, HttpMethod.Put, $"[{fault}]");
        var told = (await JsonAsync(put)).GetProperty("faults").GetRawText();
        using var again = await AdminAsync(gateway, HttpMethod.Put, told);

        Assert.Equal($"[{fault.Replace("1.5s", "1s500ms", StringComparison.Ordinal)}]", told.Replace("1.5s", "1s500ms", StringComparison.Ordinal));
        Assert.Equal(told, (await JsonAsync(again)).GetProperty("faults").GetRawText());
    }

    [Fact]
    public async Task Put_Errors_AreAllToldAndNothingChanges()
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);
        using var put = await AdminAsync(gateway, HttpMethod.Put, """[{"status":503}]""");

        using var response = await AdminAsync(gateway, HttpMethod.Put, """
            [
              {"status":200},
              {"share":2,"abort":true},
              {"name":"x"},
              {"target":"bank","abort":true}
            ]
            """);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var errors = (await JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(static error => error.GetString()!).ToList();
        Assert.Equal(["body:2: faults[0].status", "body:3: faults[1].share", "body:4: faults[2]", "body:5: faults[3].target"], errors.Select(static error => string.Join(':', error.Split(':')[..3])));
        using var forwarded = await SendAsync(gateway, "/shop/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, forwarded.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"faults\":[],\"targets\":[]}")]
    [InlineData("[{\"name\":\"\\ud800\",\"abort\":true}]")]
    [InlineData("[{\"name\":\"${HOME}\",\"abort\":true}]")]
    public async Task Put_NotFaults_Is400(string body)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await AdminAsync(gateway, HttpMethod.Put, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEqual(0, (await JsonAsync(response)).GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Put_TooLarge_Is413(bool chunked)
    {
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(target.Url);

        using var response = await SendAsync(
            gateway, "/admin/faults", HttpMethod.Put, new ByteArrayContent(new byte[256 * 1024 + 1]),
            chunked ? [("X-Ape-Token", TokenOf(gateway)), ("Transfer-Encoding", "chunked")] : [("X-Ape-Token", TokenOf(gateway))]);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Put_Faults_IsLogged()
    {
        var lines = new List<string>();
        await using var target = await TargetAsync();
        await using var gateway = await TestService.GatewayAsync(
            new GatewayOptions { File = new GatewayFile { Targets = [new TargetOptions { Name = "shop", Url = target.Url.AbsoluteUri }], Faults = [new FaultOptions { Abort = true }] } },
            change: builder => builder.Services.AddSingleton<ILoggerProvider>(new EventLines("gateway.faults_changed", lines)));

        using var put = await AdminAsync(gateway, HttpMethod.Put, """[{"name":"down","status":503},{"abort":true}]""");
        using var delete = await AdminAsync(gateway, HttpMethod.Delete);

        Assert.Equal(["Faults in force: 2 (down, faults[1]).", "Faults in force: 0 ()."], lines);
    }

    private sealed class EventLines(string name, List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == name)
            {
                lines.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
