using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared.GraphQl;

namespace ApeTest.Cli.Tests;

/// <summary>A target with a GraphQL endpoint and no OpenAPI document.</summary>
public sealed class GraphQlTests
{
    [Fact]
    public async Task Start_GraphQl_QueriesAndMutationsAreTheTools()
    {
        var shop = new GraphQlShop(introspection: true);
        await using var target = await shop.StartAsync(TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("start", "--target", target.Urls.First(), "--graphql", "/graphql", "--iterations", "3", "--quiet",
            "--goal", "Log in as ann / pw and add product p-7 to the cart.", "--success", "login=200", "--success", "addToCart=200");

        Assert.True(result.Code == ExitCodes.Done, result.Out + result.Error);
        Assert.DoesNotContain("no OpenAPI document", result.Error, StringComparison.Ordinal);
        Assert.Equal(3, shop.Queries.Count(static query => query.Contains("login", StringComparison.Ordinal)));
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(cli.Directory.Path)));
        Assert.Equal(3, RunDirectoryReader.ReadSummary(run)!.Sessions.Succeeded);
    }

    [Fact]
    public async Task Start_SchemaNotTold_WarnsAndOffersOneTool()
    {
        var shop = new GraphQlShop(introspection: false);
        await using var target = await shop.StartAsync(TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("start", "--target", target.Urls.First(), "--graphql", "/graphql", "--iterations", "1",
            "--goal", "Log in as ann / pw.", "--success", "login=200");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("unknown operation 'login'", result.Error, StringComparison.Ordinal);
        Assert.Contains("Operations of the target: graphql.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing", "there is no GraphQL endpoint at", "target.graphql")]
    [InlineData("graphql", "must be a path on the target or an http(s) URL", "/graphql")]
    public async Task Start_WrongEndpoint_SaysWhatToWrite(string where, string problem, string fix)
    {
        await using var target = await new GraphQlShop(introspection: true).StartAsync(TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("start", "--target", target.Urls.First(), "--graphql", where, "--goal", "Log in.", "--success", "login=200");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains(fix, result.Error, StringComparison.Ordinal);
        Assert.Empty(RunDirectoryReader.List(RunDirectory.RunsRoot(cli.Directory.Path)));
    }
}
