using System.Text.Json.Nodes;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Llm;

/// <summary>What a scenario says of its models, in a whole run: failover, budget, cassette.</summary>
public sealed class RunModelTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Scenario(Uri shop, string llm) => _directory.Write("shop.yaml", $$$"""
        name: models
        target: { url: {{{shop}}}, openapi: /openapi/v1.json }
        iterations: 2
        llm: {{{llm}}}
        data: { user: { rows: [ { name: user-0001, password: pass-0001 } ] } }
        goals:
          - goal: Log in as {{user.name}} / {{user.password}}, buy the cheapest coffee, then log out.
            success: checkout=201
        """);

    private static async Task<Uri> UrlAsync(ApeProcess shop) => new((await shop.FirstOutputLineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    [Fact]
    public async Task Start_FirstModelRefuses_TheFallbackAnswersAndTheSummaryCountsIt()
    {
        await using var shop = ApeProcess.Start(_directory, "shop", "--port", "0");
        await using var provider = await FakeProvider.StartAsync(TestContext.Current.CancellationToken);
        Scenario(await UrlAsync(shop), $"{{ model: openai/none, baseUrl: \"{provider.BaseUrl}\", fallback: [ builtin/planner ] }}");

        var result = await ApeProcess.RunWithAsync(_directory, new() { ["OPENAI_API_KEY"] = "k" }, "start", "shop.yaml", "-y");

        result.Exits(0);
        var llm = (await RunOnDisk.ReadAsync(_directory)).Summary.Llm;
        Assert.True(llm.Failovers == llm.Calls && llm.Calls > 0, $"{llm}");
        Assert.Equal(("builtin", "planner", llm.Calls, 0), (llm.ByModel[0].Provider, llm.ByModel[0].Model, llm.ByModel[0].Calls, llm.ByModel[0].Failed));
        Assert.Contains("failed over)", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RequestsOfTheRunAreSpent_SessionsSayWhyAndTheRunEndsAsBudget()
    {
        await using var shop = ApeProcess.Start(_directory, "shop", "--port", "0");
        Scenario(await UrlAsync(shop), "{ model: builtin/planner, maxRequests: 3 }");

        var result = await ApeProcess.RunAsync(_directory, "start", "shop.yaml");

        result.Exits(4);
        var run = await RunOnDisk.ReadAsync(_directory);
        Assert.Equal(("budget", 3), (run.Summary.Run.Status, run.Summary.Llm.Calls));
        Assert.Contains(run.Sessions, session => session.Reason.StartsWith("budget: ", StringComparison.Ordinal) && session.Reason.Contains("request", StringComparison.Ordinal));
        Assert.Contains("budget", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maxTokens: 40000")]
    [InlineData("maxCostUsd: 0.1")]
    [InlineData("maxRequests: 4")]
    public async Task Start_BudgetOfTheRunIsSpent_EndsItWithinTheBudgetAndExits4(string budget)
    {
        await using var shop = ApeProcess.Start(_directory, "shop", "--port", "0");
        // 10,000 tokens a call, at 2.50 USD for a million: 0.025 USD.
        await using var model = await ScriptedModel.StartAsync("gpt-4o", _ => new ModelCall("listProducts", new JsonObject()), TestContext.Current.CancellationToken);
        model.PromptTokens = 10_000;
        Scenario(await UrlAsync(shop), $"{{ model: openai/gpt-4o, baseUrl: \"{model.BaseUrl}\", {budget} }}");

        var result = await ApeProcess.RunWithAsync(_directory, new() { ["OPENAI_API_KEY"] = "k" }, "start", "shop.yaml", "-y", "--agents", "2", "--iterations", "50");

        result.Exits(4);
        var run = await RunOnDisk.ReadAsync(_directory);
        Assert.Equal("budget", run.Summary.Run.Status);
        Assert.InRange(model.Requests.Count, 1, 4);
        Assert.InRange(run.Summary.CostUsd, 0.02m, 0.11m);
        Assert.Equal(run.Summary.Sessions.Started, run.Summary.Sessions.Aborted);
        Assert.All(run.Sessions, session => Assert.StartsWith("budget", session.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("maxTokens: 25000", "token_budget: 30015 of 25000 tokens")]
    [InlineData("maxCostUsd: 0.06", "cost_budget: 0.07515 of 0.06 USD")]
    [InlineData("maxSteps: 2", "step_cap: 2 decisions without finish")]
    public async Task Start_BudgetOfASessionIsSpent_IsStuckAndTheRunGoesOn(string limit, string reason)
    {
        await using var shop = ApeProcess.Start(_directory, "shop", "--port", "0");
        await using var model = await ScriptedModel.StartAsync("gpt-4o", _ => new ModelCall("listProducts", new JsonObject()), TestContext.Current.CancellationToken);
        model.PromptTokens = 10_000;
        Scenario(await UrlAsync(shop), $"{{ model: openai/gpt-4o, baseUrl: \"{model.BaseUrl}\" }}\nsession: {{ {limit} }}");

        var result = await ApeProcess.RunWithAsync(_directory, new() { ["OPENAI_API_KEY"] = "k" }, "start", "shop.yaml", "-y");

        result.Exits(99);
        Assert.Equal([reason, reason], (await RunOnDisk.ReadAsync(_directory)).Sessions.Select(session => session.Reason));
    }

    [Fact]
    public async Task Start_CassetteRecordedThenReplayedTwice_TheActionsOfOneSeedAreTheSame()
    {
        List<string> hashes = [];
        foreach (var mode in new[] { "record", "replay", "replay" })
        {
            // A shop in which something was bought is another one: its answers are in the prompt.
            await using var shop = ApeProcess.Start(_directory, "shop", "--port", "0");
            Scenario(await UrlAsync(shop), $"{{ model: builtin/planner, cassette: {{ file: models.jsonl, mode: {mode}, speed: 0 }} }}");
            using var place = new TempDirectory();

            (await ApeProcess.RunAsync(place, "start", _directory.Combine("shop.yaml"), "--agents", "1", "--iterations", "6", "--seed", "1")).Exits(0);

            var run = await RunOnDisk.ReadAsync(place);
            Assert.Equal((6, 0), (run.Sessions.Count, run.Summary.Llm.Failed));
            hashes.Add(ActionHash.Of(run.Sessions));
        }

        Assert.Equal(hashes[0], hashes[1]);
        Assert.Equal(hashes[1], hashes[2]);
    }
}
