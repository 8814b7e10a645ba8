using ApeTest.Scenarios;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

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

    [Theory]
    [InlineData("start", "--target", "http://127.0.0.1:9", "--goal", "Buy a coffee.")]
    [InlineData("status")]
    [InlineData("logs")]
    [InlineData("stop")]
    [InlineData("runs")]
    public async Task Any_NobodyListensAndNoTokenIsGiven_SaysThatNobodyListens(params string[] command)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync([.. command, "--stack", "http://127.0.0.1:1"]);

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Equal("error: The collector does not answer at http://127.0.0.1:1/.\n  Nothing listens there. Check --stack URL, and that the stack is up.\n", result.Error);
        Assert.Empty(result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Theory]
    [InlineData("start", "--target", "http://127.0.0.1:9", "--goal", "Buy a coffee.")]
    [InlineData("status")]
    [InlineData("stop")]
    public async Task Any_CollectorListensAndNoTokenIsGiven_AsksForTheToken(params string[] command)
    {
        using var cli = new CliHarness();
        await using var collector = await GuardedAsync();
        var url = collector.Urls.First();

        var result = await cli.RunAsync([.. command, "--stack", url]);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Equal($"error: The collector at {url}/ asks for its service token.\n  Give the stack's service token with --token-file FILE, or in APETEST_TOKEN_FILE.\n", result.Error);
    }

    private static async Task<WebApplication> GuardedAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(static context =>
        {
            context.Response.StatusCode = context.Request.Headers.ContainsKey("X-Ape-Token") ? StatusCodes.Status500InternalServerError : StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
