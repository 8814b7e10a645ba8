using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

/// <summary>What <c>start --stack</c> refuses before it asks the stack anything.</summary>
public sealed class StackInputTests
{
    private const string Goal = """
        name: here
        target: { TARGET }
        goals: [ { name: buy, goal: "Buy a coffee." } ]
        EXTRA
        """;

    [Theory]
    [InlineData("sample: shop", "", "`target.sample: shop` is brought up by the command itself")]
    [InlineData("url: http://127.0.0.1:9/", "llm: { model: builtin/planner, fallback: [ ollama/qwen3 ] }", "`llm.fallback` belongs to an LLM proxy of its own")]
    public async Task Start_WhatAStackCannotDo_Exits2(string target, string extra, string problem)
    {
        using var cli = new CliHarness();
        await File.WriteAllTextAsync(cli.Directory.Combine("here.yaml"), Goal.Replace("TARGET", target, StringComparison.Ordinal).Replace("EXTRA", extra, StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(cli.Directory.Combine("token"), new string('a', 64), TestContext.Current.CancellationToken);

        // Nobody listens there: that it is not said shows that nobody was asked.
        var result = await cli.RunAsync("start", "here.yaml", "--stack", "http://127.0.0.1:1", "--token-file", "token");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains(problem, result.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }
}
