using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>A run whose model fails: no verdict is made of nothing, and a lucky session hides no failure.</summary>
public sealed class VerdictTests(BadServer server) : IClassFixture<BadServer>
{
    [Fact]
    public async Task Start_NothingJudged_HasNoRateFailedThresholdsAndExit3()
    {
        using var directory = new TempDirectory();
        Write(directory, "llm/v1", "openai/small-model", "user-1");

        var result = await ApeProcess.RunAsync(directory, "start", "s.yaml", "--iterations", "2", "--threshold", "session_success >= 0");

        result.Exits(ExitCodes.Environment);
        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal((2, 0L), (summary.Sessions.AgentError, summary.Sessions.Judged));
        Assert.Null(summary.Sessions.SuccessRate);
        Assert.All(summary.Thresholds, threshold => Assert.False(threshold.Ok, threshold.Name));
        Assert.Contains("0 judged", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OneSuccessAmong99AgentErrors_FailsTheDefaultThreshold()
    {
        using var directory = new TempDirectory();
        Write(directory, "scripted/v1", "openai/one-good-user", [BadServer.GoodUser, .. Enumerable.Range(1, 99).Select(number => $"user-{number}")]);

        var result = await ApeProcess.RunAsync(directory, "start", "s.yaml", "--iterations", "100", "--agents", "10");

        result.Exits(ExitCodes.ThresholdFailed);
        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal((1, 99), (summary.Sessions.Succeeded, summary.Sessions.AgentError));
        Assert.Equal(1, summary.Sessions.SuccessRate);
        var failed = Assert.Single(summary.Thresholds, threshold => !threshold.Ok);
        Assert.Equal(("agent_error_rate", "default"), (failed.Name, failed.By));
    }

    private void Write(TempDirectory directory, string model, string name, params string[] users) => directory.Write("s.yaml", $$$"""
        target: { url: "{{{server.Url}}}", openapi: /good.json }
        llm: { model: {{{name}}}, baseUrl: "{{{server.Url}}}{{{model}}}" }
        data: { user: { rows: [ {{{string.Join(", ", users.Select(user => $"{{ name: {user} }}"))}}} ] } }
        goals: [ { goal: "As {{user.name}}, borrow book 1.", success: borrowBook=201 } ]
        """);
}
