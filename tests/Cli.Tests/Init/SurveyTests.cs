using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Cli.Tests.Init;

/// <summary>Looking at targets that are slow, that refuse, or whose links do something.</summary>
public sealed class SurveyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/add_to_cart/5")]
    [InlineData("/addToCart/5")]
    [InlineData("/addtocart")]
    [InlineData("/cartAdd")]
    [InlineData("/CLEAR_CART")]
    [InlineData("/clear2")]
    [InlineData("/orders/7/pay")]
    [InlineData("/send")]
    [InlineData("/confirm")]
    [InlineData("/approve")]
    [InlineData("/subscribe")]
    [InlineData("/restart")]
    [InlineData("/purge")]
    [InlineData("/refresh")]
    [InlineData("Log out /session")]
    [InlineData("/deleted-all")]
    public void ChangeWords_WhatSoundsLikeAChange_IsOne(string link) => Assert.True(ChangeWords.IsIn(link));

    [Theory]
    [InlineData("/address")]
    [InlineData("ADDRESS /contact")]
    [InlineData("/newsletter")]
    [InlineData("/payments")]
    [InlineData("/orders")]
    [InlineData("/settings")]
    [InlineData("Log in /login")]
    [InlineData("/likely-stories")]
    [InlineData("/posts/12")]
    public void ChangeWords_WhatIsOnlySpeltAlike_IsNone(string link) => Assert.False(ChangeWords.IsIn(link));

    [Theory]
    [InlineData("sendNewsletter", true)]
    [InlineData("approve", true)]
    [InlineData("node", true)]
    [InlineData("settings", false)]
    [InlineData("newFilms", false)]
    [InlineData("films", false)]
    public void ChangeWords_AQuery_IsJudgedByItsFirstWord(string query, bool changes) => Assert.Equal(changes, ChangeWords.Begins(query));

    [Fact]
    public async Task Pages_OfASlowSite_AreSuggestedAsFarAsTheyWereRead()
    {
        // 3 s each, by the test's clock: 12 pages would take longer than all trials may.
        var findings = await LookAtSlowPagesAsync(static _ => TimeSpan.FromSeconds(3));

        Assert.Equal("Open /, then open /p/1, then open /p/2.", findings.Goals[0].Text);
    }

    [Fact]
    public async Task Pages_OfASiteThatBecomesTooSlow_AreTheStartPage()
    {
        // The time is over on the third page of the walk.
        var findings = await LookAtSlowPagesAsync(static asked => TimeSpan.FromSeconds(asked <= 5 ? 3 : 8));

        var goal = Assert.Single(findings.Goals);
        Assert.Equal(("open-the-start-page", "Open /."), (goal.Name, goal.Text));
    }

    [Theory]
    [InlineData("/graphql", true, null)]
    [InlineData("/graphql /api/graphql /v1/graphql /query", true, null)]
    [InlineData("/graphql /api/graphql /v1/graphql /query", false, null)]
    [InlineData("/graphql", false, "/graphql")]
    public async Task GraphQl_ThatRefuses_IsOneWhereNothingElseAnswers(string refuses, bool hasPages, string? expected)
    {
        await using var target = await InitTargetTests.StartAsync(app =>
        {
            foreach (var path in refuses.Split(' '))
            {
                app.MapPost(path, static () => Results.StatusCode(StatusCodes.Status403Forbidden));
            }
            if (hasPages)
            {
                app.MapGet("/", static () => Results.Text("<!doctype html><title>Bakery</title>", "text/html"));
            }
        });
        using var cli = new CliHarness();

        var result = await cli.RunAsync(["init", "-y", "--target", target.Urls.First(), .. hasPages ? Array.Empty<string>() : ["--goal", "Open /health.", "--success", "GET /health=200"]]);

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var scenario = ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid();
        Assert.Equal((expected, hasPages ? "Open /." : "Open /health."), (scenario.Target.GraphQl, Assert.Single(scenario.Goals).Goal));
    }

    [Fact]
    public async Task GraphQl_ThatRefusesAndWasNamedByTheTemplate_IsTaken()
    {
        await using var target = await InitTargetTests.StartAsync(static app =>
        {
            app.MapGet("/", static () => Results.Text("<!doctype html><title>Bakery</title>", "text/html"));
            app.MapPost("/query", static () => Results.Text("""{"errors":[{"message":"introspection is off"}]}""", "application/json"));
        });

        var findings = await new TargetSurvey(TimeProvider.System, ".", hasUser: false).LookAsync(new Uri(target.Urls.First()), null, null, new Dictionary<string, string>(), Template(TargetKind.GraphQl), Token);

        Assert.Equal((TargetKind.GraphQl, "/query"), (findings.Kind, findings.GraphQl));
    }

    [Fact]
    public async Task Wizard_TheRootFails_SaysSo()
    {
        await using var target = await InitTargetTests.StartAsync(static app =>
        {
            app.MapGet("/", static () => Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
            app.MapGet("/openapi.json", static () => Results.Text("""{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/notes":{"get":{"operationId":"listNotes","responses":{"200":{"description":"Notes"}}}}}}""", "application/json"));
        });
        using var cli = new CliHarness { Terminal = true };

        // Every question is answered by a flag.
        var result = await cli.RunAsync("init", "--no-color", "--target", target.Urls.First(), "--goal", "List the notes.", "--success", "listNotes=200", "--agents", "1", "--duration", "5s", "--model", "builtin/planner");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        // The terminal's width breaks lines.
        Assert.Contains("answers 503: it runs, and fails", string.Join(' ', result.Error.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>Looks at a start page and 20 behind it, each of which moves the clock on before it answers.</summary>
    private static async Task<TargetFindings> LookAtSlowPagesAsync(Func<int, TimeSpan> takes)
    {
        var (time, asked) = (new FakeTimeProvider(), 0);
        await using var site = await InitTargetTests.StartAsync(app => app.Run(context =>
        {
            time.Advance(takes(Interlocked.Increment(ref asked)));
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<!doctype html><title>Page {context.Request.Path}.</title>{string.Concat(Enumerable.Range(1, 20).Select(static page => $"<a href='/p/{page}'>{page}</a> "))}");
        }));
        return await new TargetSurvey(time, ".", hasUser: false).LookAsync(new Uri(site.Urls.First()), null, null, new Dictionary<string, string>(), Template(TargetKind.Web), Token);
    }

    private static InitTemplate Template(TargetKind kind) => InitTemplate.All.First(template => template.Kind == kind);
}
