using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary>Commands that speak to a stack.</summary>
public sealed class StackTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_OnAStack_TellsTheSameSummaryAndNoSecret()
    {
        using var directory = new TempDirectory();
        var server = await PostgresServer.SharedAsync(Cancellation);
        var queue = await server.CreateDatabaseAsync(Cancellation);
        await using var stack = await StackProcesses.StartAsync(directory, queue, workers: 2);
        directory.Write("s.yaml", stack.Scenario(agents: 8).Replace("name: shop, url", "name: shop, headers: { X-Api-Key: \"${PLANTED}\" }, url", StringComparison.Ordinal));

        var result = (await ApeProcess.RunWithAsync(directory, new() { ["PLANTED"] = "planted-header-7731", ["OPENAI_API_KEY"] = "planted-key-7732" },
            ["start", "s.yaml", "--iterations", "16", "--workers", "2", "--format", "json", "--out", "summary.json", .. stack.Flags])).Exits(0);

        var summary = JsonSerializer.Deserialize(result.Out, RunsJson.Line.RunSummary)!;
        Assert.Equal(("completed", "distributed", 2, 16L, 16L), (summary.Run.Status, summary.Run.Mode, summary.Run.Workers, summary.Sessions.Started, summary.Sessions.Succeeded));
        Assert.Equal(16, (await stack.OrdersAsync()).Count);
        Assert.Equal(result.Out.Trim(), (await File.ReadAllTextAsync(Path.Combine(directory.Path, "summary.json"), Cancellation)).Trim());
        var listed = (await ApeProcess.RunAsync(directory, ["runs", .. stack.Flags])).Exits(0);
        Assert.Contains(summary.Run.Id, listed.Out, StringComparison.Ordinal);
        var status = (await ApeProcess.RunAsync(directory, ["status", summary.Run.Id[^4..], .. stack.Flags])).Exits(0);
        Assert.Contains("16 started, 16 succeeded", status.Out, StringComparison.Ordinal);
        // One session's way through all services, by its trace.
        var records = ApeTest.Runs.Directory.SessionLog.ReadAsync(new ApeTest.Runs.Directory.RunDirectory(Path.Combine(stack.RunsRoot, summary.Run.Id)), null, Cancellation);
        var trace = (await records.FirstAsync(Cancellation)).TraceId;
        await UntilAsync(async () => (await ApeProcess.RunAsync(directory, ["logs", "--follow", "--format", "json", "--grep", trace, .. stack.Flags])).Exits(0).Out is var log
            && new[] { "agent", "gateway", "llm-proxy" }.All(service => log.Contains($"\"service\":\"{service}\"", StringComparison.Ordinal)));
        // Here is nothing of it.
        Assert.False(Directory.Exists(Path.Combine(directory.Path, ".ape")));

        var everything = await Leaks.ReadAsync(queue, stack.RunsRoot) + stack.Said + result.Out + result.Error + listed.Out + status.Out;
        Assert.Contains(summary.Run.Id, everything, StringComparison.Ordinal);
        foreach (var secret in new[] { "planted-header-7731", "planted-key-7732", "pass-0003", stack.Token, PostgresServer.Password })
        {
            Leaks.AssertNone(everything, secret);
        }
    }

    [Theory]
    [InlineData("""goals: [ { name: look, goal: "Look at the products.", success: listProducts=200 } ]""")]
    [InlineData("""journeys: [ { name: look, steps: [ { get: /products, check: 200 } ] } ]""")]
    public async Task Start_GatewayFileEditedMeanwhile_TheRunSaysSo(string what)
    {
        using var directory = new TempDirectory();
        await using var stack = await StackProcesses.StartAsync(directory, await QueueAsync(), workers: 1);
        directory.Write("s.yaml", $"target: {{ name: shop, url: \"{stack.Shop.ToString().TrimEnd('/')}\", openapi: /openapi/v1.json }}\nagents: 2\npersonas: [ {{ name: calm, think: 100ms }} ]\n{what}\n");
        await using var ape = ApeProcess.Start(directory, ["start", "s.yaml", "--duration", "2m", "--format", "json", .. stack.Flags]);
        await ape.Running.Within(Cancellation);
        using var client = stack.Client();
        var run = Assert.Single(await client.ListAsync(Cancellation)).Run;
        using var control = client.Run(run);
        await UntilAsync(async () => (await control.GetRunAsync(Cancellation)).Actions > 10);

        stack.WriteGatewayFile("""{"X-Edited":"yes"}""");
        await UntilAsync(async () => (await control.GetSummaryAsync(Cancellation)).Run.Edited.Length > 0);
        (await ApeProcess.RunAsync(directory, ["stop", .. stack.Flags])).Exits(0);

        var summary = JsonSerializer.Deserialize((await ape.EndAsync()).Out, RunsJson.Line.RunSummary)!;
        Assert.Equal("stopped", summary.Run.Status);
        Assert.Contains("gateway: configuration 1 became 2", Assert.Single(summary.Run.Edited), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_StackThatIsNotThereOrRefuses_SaysWhichAndExits()
    {
        using var directory = new TempDirectory();
        await using var stack = await StackProcesses.StartAsync(directory, await QueueAsync(), workers: 0);
        directory.Write("other", "not-the-token-of-this-stack");
        directory.Write("s.yaml", stack.Scenario(agents: 1));
        directory.Write("lost.yaml", stack.Scenario(agents: 1).Replace("name: shop, url", "name: store, url", StringComparison.Ordinal));

        var refused = await ApeProcess.RunAsync(directory, "start", "s.yaml", "--stack", stack.Collector.ToString(), "--token-file", "other");
        var absent = await ApeProcess.RunAsync(directory, "start", "s.yaml", "--stack", "http://127.0.0.1:1", "--token-file", "token");
        var tokenless = await ApeProcess.RunAsync(directory, "start", "s.yaml", "--stack", stack.Collector.ToString());
        var unknown = await ApeProcess.RunAsync(directory, ["start", "lost.yaml", .. stack.Flags]);

        Assert.Contains("refused the token", refused.Exits(ExitCodes.Input).Error, StringComparison.Ordinal);
        Assert.Contains("does not answer at http://127.0.0.1:1/", absent.Exits(ExitCodes.Environment).Error, StringComparison.Ordinal);
        Assert.Contains("--token-file", tokenless.Exits(ExitCodes.Input).Error, StringComparison.Ordinal);
        Assert.Contains("store", unknown.Exits(ExitCodes.Environment).Error, StringComparison.Ordinal);
        using var client = stack.Client();
        Assert.Empty(await client.ListAsync(Cancellation));
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<string> QueueAsync() => await (await PostgresServer.SharedAsync(Cancellation)).CreateDatabaseAsync(Cancellation);
}
