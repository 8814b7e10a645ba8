using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>Goals and journeys against the sample shop.</summary>
public sealed class MixedTests
{
    private const string Goal = """
        - name: agentic
            weight: 1
            goal: Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.
            success: [ { operation: checkout, status: 201 } ]
        """;

    private const string Data = "data: { user: { rows: [ { name: user-0001, password: pass-0001 }, { name: user-0002, password: pass-0002 } ] } }\nsecrets: [ user.password ]";

    [Fact]
    public async Task Start_GoalsAndJourneys_ShareTheSessionsByWeight()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0", "--users", "3");
        var url = await UrlAsync(shop);

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{url}}}", openapi: /openapi/v1.json }
            agents: 4
            iterations: 40
            seed: 7
            {{{Data}}}
            goals:
              {{{Goal}}}
            journeys:
              - name: replayed
                weight: 3
                steps:
                  - { name: look, get: /products, query: { q: coffee }, extract: { id: "$.items[0].id" } }
                  - { name: detail, get: "/products/{{id}}", check: { status: 200 } }
            """);
        shop.Signal("INT");
        await shop.EndAsync();

        Assert.Equal(40, run.Summary.Sessions.Succeeded);
        var (goals, journeys) = (Of(run, "agentic"), Of(run, "replayed"));
        Assert.Equal(40, goals + journeys);
        Assert.InRange(goals, 1, 25);
        Assert.Equal((journeys, journeys), (run.Count("look"), run.Count("detail")));
        Assert.Equal(goals, run.Count("checkout"));
        Assert.True(run.Summary.Llm.Calls > 0);
    }

    [Fact]
    public async Task Start_GoalsOnly_IsAsItWas()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0", "--users", "3");
        var url = await UrlAsync(shop);

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{url}}}", openapi: /openapi/v1.json }
            agents: 2
            iterations: 4
            {{{Data}}}
            goals:
              {{{Goal}}}
            """);
        shop.Signal("INT");
        await shop.EndAsync();

        Assert.Equal((4L, 4L), (run.Summary.Sessions.Succeeded, run.Count("checkout")));
        // All sessions of goals have a record, and all of it goes through the gateway.
        Assert.Equal(4, run.Disk.Sessions.Count(session => session.Outcome is SessionOutcome.Succeeded));
        Assert.True(run.Summary.Mtba.Parts.Gateway > 0);
        Assert.Null(run.Summary.Generator.LoopDelayP99S);
    }

    public static TheoryData<string> Samples() => [.. Directory.EnumerateFiles(SampleFolder()).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Start_SampleAsItIs_SucceedsAgainstTheShop(string file)
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var shop = ApeProcess.Start(directory, "shop", "--port", "0", "--users", "3");
        var url = await UrlAsync(shop);
        var sample = Path.Combine(SampleFolder(), file);

        // Only where the shop listens, and how long the test may take, are another's. Thresholds of time are the user's machine's.
        (await ApeProcess.RunAsync(directory, "validate", sample, "--target", url)).Exits(0);
        (await ApeProcess.RunAsync(directory, "validate", sample, "--target", url, "--dry-run")).Exits(0);
        var result = await ApeProcess.RunAsync(directory, "start", sample, "--target", url, "--agents", "5", "--iterations", "15", "--quiet");
        shop.Signal("INT");
        await shop.EndAsync();

        Assert.Contains(result.Code, (int[])[0, 99]);
        var run = RunDirectoryOf(directory);
        Assert.Equal((15L, 15L), (run.Sessions.Started, run.Sessions.Succeeded));
        Assert.Empty(run.Errors);
    }

    private static Runs.Summaries.RunSummary RunDirectoryOf(TempDirectory directory) => Runs.Directory.RunDirectoryReader.List(Runs.Directory.RunDirectory.RunsRoot(directory.Path))
        .Select(Runs.Directory.RunDirectoryReader.ReadSummary).Single(summary => summary is { Sessions.Started: 15 })!;

    private static long Of(JourneyRun run, string goal) => run.Summary.Sessions.ByGoal.Where(each => each.Goal == goal).Sum(each => each.Succeeded);

    private static async Task<string> UrlAsync(ApeProcess shop) => (await shop.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

    /// <summary>The samples of the repository; tests run somewhere below it, or with an artifacts folder elsewhere.</summary>
    private static string SampleFolder([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "samples", "journeys"));
}
