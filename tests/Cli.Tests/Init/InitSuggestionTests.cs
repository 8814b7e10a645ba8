using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.GraphQl;
using ApeTest.Tests.Shared.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Tests.Init;

/// <summary>Goals for targets without an OpenAPI document: only what was seen to work, found out by reading only.</summary>
public sealed class InitSuggestionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GraphQl_AtAnotherUsualPath_SuggestsQueriesThatAnswer()
    {
        await using var cinema = await GraphQlCinema.StartAsync(Token);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", cinema.Url.ToString());

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var scenario = ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid();
        var goal = Assert.Single(scenario.Goals);
        Assert.Equal(("/api/graphql", "browse"), (scenario.Target.GraphQl, goal.Name));
        Assert.StartsWith("Look at the films, then look at the cinemas", goal.Goal, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(cli.Directory.Combine("ape.yaml"), Token);
        Assert.Contains("- { operation: films, status: 200, json: { $.data.films: { count: { min: 1 } } } }", text, StringComparison.Ordinal);
        // A query that answers with errors proves nothing, and neither mutations nor what is named like one are called.
        Assert.DoesNotContain("operation: me,", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bookSeat", cinema.Asked);
        Assert.DoesNotContain("sendNewsletter", cinema.Asked);
        Assert.DoesNotContain("takings", cinema.Asked);
    }

    [Fact]
    public async Task Pages_OfASite_AreSuggestedWithATextThatOnlyTheyHave()
    {
        await using var elsewhere = await AnsweringAsync(200);
        await using var museum = await MuseumSite.StartAsync(new Uri(elsewhere.Urls.First()), Token);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", museum.Url.ToString());

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var goal = Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals);
        // News counts in its title, the two galleries are alike, and a hostile title is no proof.
        Assert.Equal(("browse", "Open /, then open /visit, then open /exhibits."), (goal.Name, goal.Goal));
        Assert.Contains("""{ operation: http_get, status: 200, text: "<title>Plan your visit</title>" }""", await File.ReadAllTextAsync(cli.Directory.Combine("ape.yaml"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_WhileTheyAreLookedAt_AreOnlyReadAndNotTooMany()
    {
        var away = 0;
        await using var elsewhere = await AnsweringAsync(200, () => Interlocked.Increment(ref away));
        await using var museum = await MuseumSite.StartAsync(new Uri(elsewhere.Urls.First()), Token);
        using var cli = new CliHarness();

        await cli.RunAsync("init", "-y", "--target", museum.Url.ToString());

        Assert.Equal(0, away);
        // The one POST asks for a GraphQL schema; no form is sent but a search.
        Assert.All(museum.Requests.Where(static request => !request.StartsWith("GET ", StringComparison.Ordinal)), static request => Assert.Matches("^POST /(graphql|api/graphql|v1/graphql|query)$", request));
        Assert.All((string[])["GET /logout", "GET /delete-all", "GET /plan.pdf", "GET /add_to_cart/5", "GET /clear_cart", "GET /send", "GET /approve", "GET /restartAll"], path => Assert.DoesNotContain(path, museum.Requests));
        // Its search was, and no form that looks like one.
        Assert.Contains(museum.Requests, static request => request.StartsWith("GET /exhibits?q=", StringComparison.Ordinal));
        Assert.All((string[])["GET /exhibits/add", "GET /subscribe", "GET /exhibits?do=", "GET /wishes", "GET /notes"],
            form => Assert.DoesNotContain(museum.Requests, request => request.StartsWith(form, StringComparison.Ordinal)));
        Assert.InRange(museum.Requests.Distinct().Count(static request => request.StartsWith("GET /", StringComparison.Ordinal)), 5, 30);
    }

    [Theory]
    [InlineData(500, "answers 500: it runs, and fails")]
    [InlineData(503, "answers 503: it runs, and fails")]
    [InlineData(404, "answers 404: nothing is there")]
    public async Task Target_AnswersAnErrorToEverything_SaysSoAndSuggestsNothing(int status, string says)
    {
        await using var target = await AnsweringAsync(status);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", target.Urls.First());

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pages and forms", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Theory]
    [InlineData(500, "answers 500: it runs, and fails")]
    [InlineData(401, "answers 401: it wants credentials")]
    [InlineData(403, "answers 403: it refuses who asks")]
    [InlineData(404, "answers 404: nothing is there")]
    public async Task Target_AnswersAnErrorAndAGoalIsGiven_WarnsAndWrites(int status, string says)
    {
        await using var target = await AnsweringAsync(status);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", target.Urls.First(), "--goal", "Open /health.", "--success", "GET /health=200");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.Contains("warning: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.True(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).IsValid);
    }

    private static async Task<WebApplication> AnsweringAsync(int status, Action? asked = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            asked?.Invoke();
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<!doctype html><title>{status}</title>", context.RequestAborted);
        });
        await app.StartAsync(Token);
        return app;
    }
}
