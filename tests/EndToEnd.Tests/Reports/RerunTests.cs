using ApeTest.EndToEnd.Tests.Journeys;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Reports;

/// <summary><c>ape-test rerun</c>: what a run kept is enough to do it again.</summary>
public sealed class RerunTests
{
    [Fact]
    public async Task Rerun_Demonstration_HasTheSameSeedAndSessions()
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "start", "--agents", "2", "--iterations", "4", "--seed", "77", "--quiet")).Exits(0);

        (await ApeProcess.RunAsync(directory, "rerun", "last", "--quiet")).Exits(0);

        var (first, again) = Summaries(directory);
        Assert.Equal(77, again.Run.Seed);
        Assert.Equal((first.Run.Agents, first.Sessions.Succeeded, first.Actions.Total), (again.Run.Agents, again.Sessions.Succeeded, again.Actions.Total));
        Assert.Equal((first.Run.PlanSha256, first.Run.DataSha256), (again.Run.PlanSha256, again.Run.DataSha256));
    }

    [Theory]
    [InlineData("rest")]
    [InlineData("graphql")]
    [InlineData("web")]
    [InlineData("mcp")]
    [InlineData("llm")]
    public async Task Rerun_Template_HasTheSamePlanSeedAndData(string template)
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "init", "-y", "--template", template)).Exits(0);
        (await ApeProcess.RunAsync(directory, "start", "--iterations", "4", "--quiet")).Exits(0);

        (await ApeProcess.RunAsync(directory, "rerun", "last", "--quiet")).Exits(0);

        var (first, again) = Summaries(directory);
        Assert.Equal((first.Run.PlanSha256, first.Run.Seed, first.Run.DataSha256), (again.Run.PlanSha256, again.Run.Seed, again.Run.DataSha256));
        Assert.Equal((4L, first.Actions.Total), (again.Sessions.Succeeded, again.Actions.Total));
        // And that once more: what was kept of a run that was kept.
        (await ApeProcess.RunAsync(directory, "rerun", again.Run.Id, "--quiet")).Exits(0);
    }

    [Fact]
    public async Task Rerun_OfASampleTarget_StartsItAgain()
    {
        using var directory = new TempDirectory();
        directory.Write("s.yaml", "target: { sample: board, graphql: /graphql }\njourneys: [ { name: look, steps: [ { get: / } ] } ]\n");
        (await ApeProcess.RunAsync(directory, "start", "s.yaml", "--iterations", "2", "--quiet")).Exits(0);

        (await ApeProcess.RunAsync(directory, "rerun", "last", "--quiet")).Exits(0);

        Assert.Equal(2, Summaries(directory).Again.Sessions.Succeeded);
        // Of a run that was run again too.
        (await ApeProcess.RunAsync(directory, "rerun", "last", "--quiet")).Exits(0);
    }

    [Fact]
    public async Task Rerun_ScenarioWithFeedsAndSecrets_TakesThemFromWhereTheyAreKept()
    {
        using var directory = new TempDirectory();
        await using var shop = await JourneyTarget.StartAsync(static (context, _) => context.Response.WriteAsync("{}"));
        directory.Write("in/users.csv", "name,password\nuser-0001,pass-0001\n");
        directory.Write("in/words.csv", "word\ncoffee\ntea\n");
        directory.Write("in/shop.yaml", $$$"""
            name: again
            target: { url: "{{{shop.Url}}}", headers: { X-Key: "${SHOP_KEY}" } }
            iterations: 4
            data: { user: { csv: users.csv }, q: { csv: words.csv } }
            secrets: [ user.password ]
            journeys:
              - name: look
                steps:
                  - { name: login, post: /auth/login, json: { username: "{{user.name}}", password: "{{user.password}}" }, check: 200 }
                  - { name: products, get: /products, query: { q: "{{q.word}}" } }
            """);
        var key = new Dictionary<string, string> { ["SHOP_KEY"] = "secret-key" };
        (await ApeProcess.RunWithAsync(directory, key, "start", "in/shop.yaml", "--seed", "5", "--quiet")).Exits(0);
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        // What holds no secret is copied; the file with the passwords is not.
        Assert.DoesNotContain(Directory.EnumerateFiles(run.Data), static file => File.ReadAllText(file).Contains("pass-0001", StringComparison.Ordinal));
        File.Delete(directory.Combine("in", "words.csv"));

        (await ApeProcess.RunWithAsync(directory, key, "rerun", run.Run, "--quiet", "--seed", "6")).Exits(0);
        var (first, again) = Summaries(directory);
        Assert.Equal((4L, 6L), (again.Sessions.Succeeded, again.Run.Seed));
        Assert.Equal((first.Run.PlanSha256, first.Run.DataSha256), (again.Run.PlanSha256, again.Run.DataSha256));

        // Without the variable it says which; with another file of users it refuses.
        var unset = (await ApeProcess.RunAsync(directory, "rerun", run.Run, "--quiet")).Exits(ExitCodes.Input);
        Assert.Contains("SHOP_KEY", unset.Error, StringComparison.Ordinal);
        directory.Write("in/users.csv", "name,password\nuser-0002,pass-0002\n");
        var changed = (await ApeProcess.RunWithAsync(directory, key, "rerun", run.Run)).Exits(ExitCodes.Input);
        Assert.Contains("users.csv is gone or has changed", changed.Error, StringComparison.Ordinal);
    }

    private static (RunSummary First, RunSummary Again) Summaries(TempDirectory directory)
    {
        var runs = RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path));
        Assert.Equal(2, runs.Count);
        return (RunDirectoryReader.ReadSummary(runs[1])!, RunDirectoryReader.ReadSummary(runs[0])!);
    }
}
