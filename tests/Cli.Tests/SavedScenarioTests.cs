using ApeTest.Scenarios;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.Cli.Tests;

/// <summary>What <c>ape-test try --save</c> writes of a scenario that sets more than the usual.</summary>
public sealed class SavedScenarioTests
{
    [Fact]
    public async Task Save_NestedFields_AreThoseOfTheScenarioFromTheNewPlace()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli.Directory.Combine("saved"));
        var (card, pin) = LibraryApi.Card(1);
        await File.WriteAllTextAsync(cli.Directory.Combine("mine.yaml"), $$"""
            target: { url: "{{library.Url}}", openapi: /openapi.json }
            llm: { cassette: { file: models.jsonl, speed: 0 }, planner: { ttft: 1ms } }
            session: { maxCostUsd: 0.5 }
            personas: [ { name: calm, patience: 90s } ]
            goals: [ { goal: "Sign in with library card {{card}} and PIN {{pin}}, borrow the book \"Frankenstein\", then sign out.", success: borrowBook=201 } ]
            """, TestContext.Current.CancellationToken);

        var tried = await cli.RunAsync("try", "mine.yaml", "--save", "saved/other.yaml");
        var validated = await cli.RunAsync("validate", "saved/other.yaml");

        Assert.True(tried.Code == ExitCodes.Done, tried.Out + tried.Error);
        Assert.True(validated.Code == ExitCodes.Done, validated.Error);
        Assert.True(validated.Out.Contains("file: \"../models.jsonl\" # file", StringComparison.Ordinal), validated.Out);
        Assert.Contains("speed: 0 # file", validated.Out, StringComparison.Ordinal);
        Assert.Contains("ttft: 1ms # file", validated.Out, StringComparison.Ordinal);
        Assert.Contains("maxCostUsd: 0.5 # file", validated.Out, StringComparison.Ordinal);
        Assert.Contains("patience: 1m30s # file", validated.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(cli.Directory.Combine("models.jsonl")));
    }
}
