using System.Diagnostics;
using System.Text.Json;
using ApeTest.Observability.Reports.Replays;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests.Reports;

public sealed class CurlScriptTests
{
    [Fact]
    public async Task Of_Goal_SendsTheSameRequestsWithSecretsFromVariables()
    {
        var script = CurlScript.Of(ReportFixture.Session("3-2", SessionOutcome.Failed, "x"), null);

        Assert.Contains("#   USER_PASSWORD='...'   # {{user.password}}", script, StringComparison.Ordinal);
        Assert.Contains("#   TOKEN='...'   # from the answer to call 1, login", script, StringComparison.Ordinal);
        var calls = await RunAsync("USER_PASSWORD=pa\\'ss TOKEN=tok\n" + script);
        Assert.Contains("""{"username":"user-0001","password":"pa'ss"}""", calls[0]);
        Assert.Contains("http://127.0.0.1:5080/auth/login", calls[0]);
        Assert.Contains("Authorization: Bearer tok", calls[1]);
        Assert.Contains("http://127.0.0.1:5080/checkout", calls[1]);
    }

    [Fact]
    public async Task Of_HostileTexts_RunsNothingButCurl()
    {
        var session = ReportFixture.Session("3-2", SessionOutcome.Failed, "x");
        const string evil = "'; touch OWNED; echo '$(touch OWNED)`touch OWNED`\n# x\ntouch OWNED \\";
        session = session with
        {
            Actions = [session.Actions[0] with
            {
                Tool = evil, Error = evil, Extracted = session.Actions[0].Extracted.SetItem("token", evil),
                Request = new RequestRecord("GET", $"http://127.0.0.1/{evil}", evil, evil + "{{" + "a'b;touch OWNED" + "}}", true, 9),
            }],
        };
        using var directory = new TempDirectory();

        var calls = await RunAsync(CurlScript.Of(session, null), directory.Path);

        Assert.Single(calls);
        Assert.Empty(Directory.EnumerateFiles(directory.Path));
    }

    [Fact]
    public async Task Of_Journey_FillsInWhatTheSessionHad()
    {
        var scenario = ScenarioLoader.Load(new ScenarioSources
        {
            Text = """
                name: shop
                target: { url: "http://127.0.0.1:5080/api" }
                data: { user: { rows: [ { name: ann, password: "x-123" } ] } }
                secrets: [ user.password ]
                journeys:
                  - name: buy
                    steps:
                      - { name: login, post: /login, json: { username: "{{user.name}}", password: "{{user.password}}" }, extract: { product: $.id } }
                      - { name: add, post: /items, headers: { X-Key: "{{product}}" }, json: { id: "{{product:json}}", qty: 2 } }
                      - { name: send, post: /form, form: { a: "b & c" } }
                """,
        }).ThrowIfInvalid();
        var session = ReportFixture.Session("3-2", SessionOutcome.Failed, "x") with { Goal = "buy" };
        var actions = new[] { ("login", "/login"), ("add", "/items"), ("send", "/form") }.Select((step, i) => new ActionRecord
        {
            N = i + 1, Tool = step.Item1, Args = JsonSerializer.SerializeToElement(new { method = "POST", path = step.Item2 }), Status = 200,
            Extracted = step.Item1 == "login" ? session.Actions[0].Extracted.Clear().Add("product", "7") : session.Actions[1].Extracted,
        });

        var calls = await RunAsync("USER_NAME=bob USER_PASSWORD=pw\n" + CurlScript.Of(session with { Actions = [.. actions] }, scenario));

        Assert.Contains("http://127.0.0.1:5080/api/login", calls[0]);
        Assert.Contains("""{"username":"bob","password":"pw"}""", calls[0]);
        Assert.Contains("X-Key: 7", calls[1]);
        Assert.Contains("""{"id":7,"qty":2}""", calls[1]);
        Assert.Contains("a=b & c", calls[2]);
    }

    /// <summary>Runs a script in which curl only says with what it was called; the calls' arguments.</summary>
    private static async Task<List<string[]>> RunAsync(string script, string? directory = null)
    {
        var start = new ProcessStartInfo(Requires.Command("sh"), ["-c", "curl() { printf 'CALL\\036'; printf '%s\\036' \"$@\"; }\n" + script])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        using var shell = Process.Start(start)!;
        var (output, error) = (shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        Assert.Empty(await error);
        return [.. (await output).Split("CALL\u001e", StringSplitOptions.RemoveEmptyEntries).Select(static call => call.Split('\u001e'))];
    }
}
