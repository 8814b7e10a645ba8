using System.Net;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.GraphQl;
using ApeTest.Tests.Shared.Library;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Tests.Init;

/// <summary>What init makes of a target: logins, credentials, templates.</summary>
public sealed class InitTargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Borrow a book, then log out.", "Log in as {{user.cardNumber}} / {{user.pin}}, then borrow a book, then log out.")]
    [InlineData("Log in, borrow a book, then log out.", "Log in as {{user.cardNumber}} / {{user.pin}}, borrow a book, then log out.")]
    [InlineData("Log in as card-0007 / 1239, borrow a book.", "Log in as {{user.cardNumber}} / {{user.pin}}, borrow a book.")]
    [InlineData("Log in as {{user.cardNumber}} / {{user.pin}}, borrow a book.", "Log in as {{user.cardNumber}} / {{user.pin}}, borrow a book.")]
    public async Task Login_WithAGoal_LogsInWithTheRow(string goal, string written)
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), Token);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", library.Url.ToString(), "--login", "card-0007/1239", "--goal", goal);

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.Equal(written, Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals).Goal);
        Assert.Equal("cardNumber,pin\ncard-0007,1239\n", await File.ReadAllTextAsync(cli.Directory.Combine("users.csv"), Token));
    }

    [Fact]
    public async Task Login_ARealUser_IsKeptOutOfGitAndGivenToTheWorkflowBySecret()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), Token);
        using var real = new CliHarness();
        using var example = new CliHarness();

        await real.RunAsync("init", "-y", "--target", library.Url.ToString(), "--login", "card-0007/1239");
        await example.RunAsync("init", "-y", "--target", library.Url.ToString());

        Assert.Contains("users.csv", File.ReadLines(real.Directory.Combine(".gitignore")));
        Assert.DoesNotContain("users.csv", File.ReadLines(example.Directory.Combine(".gitignore")));
        var workflow = Path.Combine(".github", "workflows", "ape-test.yml");
        Assert.Contains("USERS_CSV: ${{ secrets.USERS_CSV }}", await File.ReadAllTextAsync(real.Directory.Combine(workflow), Token), StringComparison.Ordinal);
        Assert.DoesNotContain("USERS_CSV", await File.ReadAllTextAsync(example.Directory.Combine(workflow), Token), StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(real.Directory.Path, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) != "users.csv"),
            static file => Assert.DoesNotContain("card-0007", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task GraphQl_WithoutALogin_ProposesNone()
    {
        await using var board = await StartAsync(app => app.MapPost("/graphql", () => Results.Text("""
            {"data":{"__schema":{"queryType":{"name":"Query"},"mutationType":{"name":"Mutation"},"types":[
              {"kind":"OBJECT","name":"Query","fields":[{"name":"notes","args":[],"type":{"kind":"SCALAR","name":"String"}}],"interfaces":[]},
              {"kind":"OBJECT","name":"Mutation","fields":[{"name":"addNote","args":[],"type":{"kind":"SCALAR","name":"String"}}],"interfaces":[]},
              {"kind":"SCALAR","name":"String"}]}}}
            """, "application/json")));
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", board.Urls.First());

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("--goal 'Add note ...' --success 'addNote=200'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Log in", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init -y --target URL", "--header 'Authorization: Bearer ${API_TOKEN}'")]
    [InlineData("init -y --target URL --openapi /openapi.json", "--header 'Authorization: Bearer ${API_TOKEN}'")]
    [InlineData("start --target URL --goal Buy.", "--auth 'bearer:$API_TOKEN'")]
    [InlineData("start --target URL --openapi /openapi.json --goal Buy.", "--auth 'bearer:$API_TOKEN'")]
    public async Task Document_BehindALogin_SaysThatItWantsCredentialsAndHow(string line, string how)
    {
        await using var locked = await StartAsync(static app => app.Run(static context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return Task.CompletedTask;
        }));
        using var cli = new CliHarness();

        var result = await cli.RunAsync(line.Replace("URL", locked.Urls.First(), StringComparison.Ordinal).Split(' '));

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("without credentials", result.Error, StringComparison.Ordinal);
        Assert.Contains("answered 401", result.Error, StringComparison.Ordinal);
        Assert.Contains(how, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("there is no OpenAPI document", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"apiKey","in":"header","name":"X-Tenant-Key"}""", "--header 'X-Tenant-Key: ${API_KEY}'")]
    [InlineData("""{"type":"http","scheme":"basic"}""", "--header 'Authorization: Basic ${API_BASIC}'")]
    [InlineData("""{"type":"http","scheme":"bearer"}""", "--header 'Authorization: Bearer ${API_TOKEN}'")]
    public async Task Key_OfASecurityScheme_IsNamedWithItsHeader(string scheme, string how)
    {
        await using var api = await StartAsync(app => app.MapGet("/openapi.json", () => Results.Text("""
            {"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/notes":{"get":{"operationId":"listNotes","responses":{"200":{"description":"Notes"}}},
              "post":{"operationId":"createNote","summary":"Create a note","security":[{"s":[]}],"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"text":{"type":"string"}}}}}},"responses":{"201":{"description":"Made"}}}}},
             "components":{"securitySchemes":{"s":SCHEME}}}
            """.Replace("SCHEME", scheme, StringComparison.Ordinal), "application/json")));
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", api.Urls.First());

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.Contains(how, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnApiWhoseEveryChangeIsAnAmount_SuggestsWhatAUserMayLookAt()
    {
        await using var bank = await StartAsync(app => app.MapGet("/openapi.json", () => Results.Text("""
            {"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{
              "/health":{"get":{"operationId":"getHealth","responses":{"200":{"description":"Up"}}}},
              "/account":{"get":{"operationId":"getAccount","summary":"Your account and its balance","responses":{"200":{"description":"Account"}}}},
              "/transfers":{"post":{"operationId":"createTransfer","summary":"Transfer money to another account","requestBody":{"content":{"application/json":{"schema":
                {"type":"object","required":["to","amount"],"properties":{"to":{"type":"string"},"amount":{"type":"integer"}}}}}},"responses":{"201":{"description":"Made"}}}}}}
            """, "application/json")));
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", bank.Urls.First());

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var goal = Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals);
        // "Get an account" would be to open one, which this API cannot do.
        Assert.Equal(("look-at-the-account", "Look at the account."), (goal.Name, goal.Goal));
        Assert.Contains("getAccount = 200", await File.ReadAllTextAsync(cli.Directory.Combine("ape.yaml"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TemplateWithTarget_SaysWhatIsLookedFor()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), Token);
        await using var graphQl = await new GraphQlShop(introspection: true).StartAsync(Token);
        using var cli = new CliHarness();
        Task<CliResult> InitAsync(string template, string url, params string[] rest) => cli.RunAsync(["init", "-y", "--force", "--template", template, "--target", url, .. rest]);

        // rest and its target's own goals; the sample's are not taken.
        var rest = await InitAsync("rest", library.Url.ToString());
        Assert.True(rest.Code == ExitCodes.Done, rest.Error);
        Assert.Equal("borrow-a-book", Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals).Name);
        // Not what was said: told, rather than something else done.
        Assert.Contains("--template rest makes tools of an OpenAPI document", (await InitAsync("rest", graphQl.Urls.First())).Error, StringComparison.Ordinal);
        var none = await InitAsync("graphql", library.Url.ToString());
        Assert.Contains("there is no GraphQL endpoint", none.Error, StringComparison.Ordinal);
        Assert.Contains("/graphql, /api/graphql, /v1/graphql, /query", none.Error, StringComparison.Ordinal);
        Assert.Contains("--openapi does not go with --template web", (await InitAsync("web", library.Url.ToString(), "--openapi", "/openapi.json")).Error, StringComparison.Ordinal);
        // Pages need a goal and what proves it; the document is not looked for.
        var web = await InitAsync("web", library.Url.ToString(), "--goal", "Open the start page.", "--success", "GET /=200");
        Assert.True(web.Code == ExitCodes.Done, web.Error);
        Assert.Null(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Target.OpenApi);
        // A journey is the sample's, aimed at the target.
        var mcp = await InitAsync("mcp", library.Url.ToString());
        Assert.True(mcp.Code == ExitCodes.Done, mcp.Error);
        var journey = ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid();
        Assert.Equal((library.Url, (string?)null, 1), (journey.Target.Url, journey.Target.Sample, journey.Journeys.Length));
    }

    [Theory]
    [InlineData("my tests", "cd 'my tests' && ape-test start")]
    [InlineData("a'b", @"cd 'a'\''b' && ape-test start")]
    [InlineData("$HOME", "cd '$HOME' && ape-test start")]
    [InlineData("plain/dir", "cd plain/dir && ape-test start")]
    public async Task Next_ADirectoryWithBlanksOrSigns_IsQuotedForAShell(string directory, string expected)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", directory);

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.Contains($"next  {expected}", result.Error, StringComparison.Ordinal);
    }

    internal static async Task<WebApplication> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        map(app);
        await app.StartAsync(Token);
        return app;
    }
}
