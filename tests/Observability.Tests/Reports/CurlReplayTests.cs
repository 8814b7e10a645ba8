using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using ApeTest.Observability.Reports.Replays;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Observability.Tests.Reports;

/// <summary>A script as a reader uses it: by a real shell, a real curl and a server that tells what came.</summary>
public sealed class CurlReplayTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<Came> _came = new();
    private WebApplication _server = null!; // once InitializeAsync has run

    private string Url => _server.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var request = context.Request;
            _came.Enqueue(new Came(request.Method, context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget, request.ContentType,
                await body.ReadToEndAsync(context.RequestAborted), request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("plain")]
    [InlineData("it's \"quoted\" $HOME `id` \\ & ; | * ?")]
    [InlineData("two\nlines\ttab\r\nand a carriage return")]
    [InlineData("turned \u202etxt.exe\u2066 and hidden \u200b\u00ad\ufeff \u0007")]
    [InlineData("ümlaut 漢字 😀")]
    [InlineData("@file =x -o out")]
    public async Task Of_Goal_TheServerGetsTheVeryRequest(string text)
    {
        var body = JsonSerializer.Serialize(new { text }) + text;
        var url = $"{Url}/a/../b?q={Uri.EscapeDataString(text)}&r=[1-3]{{a,b}}";

        await RunAsync(CurlScript.Of(Session(Call(1, new RequestRecord("PUT", url, "application/json", body, false, body.Length)), Call(2, new RequestRecord("DELETE", Url + "/gone", null, null, true, 0))), null), ("TOKEN", "t-1"));

        var (put, delete) = (_came.First(), _came.Last());
        Assert.Equal(("PUT", url[Url.Length..], "application/json", body), (put.Method, put.Target, put.Type, put.Body));
        Assert.Equal(("DELETE", "/gone", null, "", "Bearer t-1"), (delete.Method, delete.Target, delete.Type, delete.Body, delete.Headers["Authorization"]));
    }

    [Fact]
    public async Task Of_Journey_HeadersOfTheTargetAndRedactedOnesAreVariables()
    {
        var scenario = Journey($$$"""
            name: shop
            target: { url: "{{{Url}}}", headers: { X-Api-Key: "***", X-Plain: "p 1" } }
            data: { user: { rows: [ { name: ann, password: "***" } ] } }
            secrets: [ user.password ]
            journeys:
              - name: buy
                steps:
                  - { name: login, post: /login, form: { "a&b": "{{user.name}} & {{user.password}}" }, extract: { token: $.t, note: $.n } }
                  - { name: send, post: /send, headers: { Authorization: "***", X-Note: "{{note}}" }, json: { token: "{{token}}", note: "{{note}}", n: "{{note:json}}" } }
                  - { name: none, post: /none, text: "a {{token}}" }
            """);
        var known = new Dictionary<string, string> { ["token"] = "[redacted]", ["note"] = "say \"hi\"" };
        var session = Session(Step(1, "login", "/login", known), Step(2, "send", "/send", []), Step(3, "none", "/none", [])) with { Goal = "buy" };
        var script = CurlScript.Of(session, scenario);

        Assert.DoesNotContain("redacted]'", script, StringComparison.Ordinal);
        await RunAsync(script, ("HEADER_X_API_KEY", "key 1"), ("HEADER_AUTHORIZATION", "Basic b"), ("USER_NAME", "ann=1"), ("USER_PASSWORD", "p&w"), ("TOKEN", "tok"));

        var came = _came.ToArray();
        Assert.All(came, static each => Assert.Equal(("key 1", "p 1"), (each.Headers["X-Api-Key"], each.Headers["X-Plain"])));
        Assert.Equal(("application/x-www-form-urlencoded", "a%26b=ann%3D1%20%26%20p%26w"), (came[0].Type, came[0].Body.Replace("+", "%20", StringComparison.Ordinal)));
        Assert.Equal(("Basic b", "say \"hi\""), (came[1].Headers["Authorization"], came[1].Headers["X-Note"]));
        Assert.Equal("""{"token":"tok","note":"say \"hi\"","n":say "hi"}""", came[1].Body);
        Assert.Equal(("text/plain; charset=utf-8", "a tok"), (came[2].Type, came[2].Body));
    }

    [Fact]
    public async Task Of_MoreThanThereIsRoomFor_IsAWholeScriptThatSaysWhatIsMissing()
    {
        var body = string.Concat(Enumerable.Repeat("it's \"long\" ", 600));
        var session = Session([.. Enumerable.Range(1, 9).Select(n => Call(n, new RequestRecord("POST", $"{Url}/{n}", "text/plain", body, false, body.Length)))]);

        var script = CurlScript.Of(session, null);

        Assert.InRange(script.Length, 5000, CurlScript.MostText);
        Assert.Matches(@"^# Left out: [1-8] more requests, [0-9,]{5,} bytes\.", script.TrimEnd('\n').Split('\n')[^1]);
        await RunAsync(script);
        Assert.Equal(9 - int.Parse(script.TrimEnd('\n').Split('\n')[^1].Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture), _came.Count);
        Assert.All(_came, each => Assert.Equal(body, each.Body));
    }

    [Fact]
    public async Task Of_OneRequestWithoutRoom_IsItsHeadAndTheNote()
    {
        var script = CurlScript.Of(Session(Call(1, new RequestRecord("POST", Url, "text/plain", new string('\'', 8000), false, 8000))), null);

        Assert.Contains("# Left out: 1 more request,", script, StringComparison.Ordinal);
        await RunAsync(script);
        Assert.Empty(_came);
    }

    [Fact]
    public async Task Of_PlaceholdersOfLikeNames_HaveAVariableEach()
    {
        var same = new string('x', 50);
        var script = CurlScript.Of(Session(Call(1, new RequestRecord("POST", Url, "text/plain", $"{{{{a.b}}}} {{{{a-b}}}} {{{{path}}}} {{{{{same}1}}}} {{{{{same}2}}}} {{{{7}}}}", false, 1))), null);

        await RunAsync(script, ("A_B", "1"), ("A_B_2", "2"), ("V_PATH", "3"), (new string('X', 40), "4"), (new string('X', 40) + "_2", "5"), ("V_7", "6"));

        Assert.Equal("1 2 3 4 5 6", Assert.Single(_came).Body);
    }

    private static Scenario Journey(string text) => ScenarioLoader.Load(new ScenarioSources { Text = text }).ThrowIfInvalid();

    private static SessionRecord Session(params ActionRecord[] actions) => ReportFixture.Session("3-2", SessionOutcome.Failed, "x") with { Actions = [.. actions] };

    private static ActionRecord Call(int n, RequestRecord request) => new() { N = n, Tool = "call", Args = JsonSerializer.SerializeToElement(new { }), Status = 200, Request = request };

    private static ActionRecord Step(int n, string name, string path, Dictionary<string, string> known) => new()
    {
        N = n, Tool = name, Args = JsonSerializer.SerializeToElement(new { method = "POST", path }), Status = 200,
        Extracted = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, known),
    };

    /// <summary>Judges the script's grammar by both shells, then runs it.</summary>
    private static async Task RunAsync(string script, params (string Name, string Value)[] variables)
    {
        Requires.Command("curl");
        await ShellAsync(Requires.Command("bash"), ["-n"], script, []);
        await ShellAsync(Requires.Command("sh"), ["-n"], script, []);
        var answers = await ShellAsync(Requires.Command("sh"), [], "unset http_proxy https_proxy all_proxy\n" + script, variables);
        Assert.DoesNotContain("HTTP/1.1 4", answers, StringComparison.Ordinal);
    }

    private static async Task<string> ShellAsync(string shell, string[] arguments, string script, (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var cancellationToken = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.StandardInput.WriteAsync(script.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        Assert.Empty(await error);
        Assert.Equal(0, process.ExitCode);
        return await output;
    }

    private sealed record Came(string Method, string Target, string? Type, string Body, Dictionary<string, string> Headers);
}
