using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary>Runs that wait for each other on a stack (<c>start --stack --queue</c>). A folder of state of its own makes a command one of another machine.</summary>
public sealed class StackQueueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_TargetIsTaken_WaitsAndLeavesNothingWhereItGivesUp()
    {
        using var directory = new TempDirectory();
        await using var stack = await StartAsync(directory);
        await using var first = Start(directory, stack, "a", "--duration", "10m");
        await first.Running.Within(Cancellation);
        using var client = stack.Client();
        var run = Assert.Single(await client.ListAsync(Cancellation)).Run;

        await using var second = Start(directory, stack, "b", "--queue", "--iterations", "2");
        await using var third = Start(directory, stack, "c", "--queue", "--iterations", "2");
        await ApeShell.UntilAsync(() => Tickets(directory, "b") == 1 && Tickets(directory, "c") == 1);
        third.Signal("INT");
        var gaveUp = (await third.EndAsync()).Exits(130);
        Assert.Single(await client.ListAsync(Cancellation));
        (await ApeProcess.RunAsync(directory, ["stop", run, .. stack.Flags])).Exits(0);

        var waited = (await second.EndAsync()).Exits(0);
        var before = JsonSerializer.Deserialize((await first.EndAsync()).Out, RunsJson.Line.RunSummary)!.Run;
        var after = JsonSerializer.Deserialize(waited.Out, RunsJson.Line.RunSummary)!.Run;
        Assert.Equal(("stopped", "completed"), (before.Status, after.Status));
        AssertOneAfterTheOther(before, after);
        Assert.Contains($"run {after.Id} waits for run {run}, which has {stack.Shop.ToString().TrimEnd('/')} on the stack; ", waited.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is left of it", gaveUp.Error, StringComparison.Ordinal);
        Assert.Equal(0, Tickets(directory, "b") + Tickets(directory, "c"));
        var runs = (await ApeProcess.RunAsync(directory, ["runs", .. stack.Flags])).Exits(0).Out;
        Assert.Matches($@"{after.Id}\s.*\scompleted\s[\s\S]*{run}\s.*\sstopped\s", runs);
        Assert.Equal(2, (await client.ListAsync(Cancellation)).Length);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
    }

    [Fact]
    public async Task Queue_SeveralMachinesSeeTheTargetFree_OneRunsAtATime()
    {
        using var directory = new TempDirectory();
        await using var stack = await StartAsync(directory);
        ApeProcess[] commands = [.. new[] { "a", "b", "c" }.Select(machine => Start(directory, stack, machine, "--queue", "--iterations", "2"))];
        try
        {
            var runs = new List<RunFacts>();
            foreach (var command in commands)
            {
                runs.Add(JsonSerializer.Deserialize((await command.EndAsync()).Exits(0).Out, RunsJson.Line.RunSummary)!.Run);
            }

            runs.Sort((one, other) => one.Started!.Value.CompareTo(other.Started!.Value));
            AssertOneAfterTheOther(runs[0], runs[1]);
            AssertOneAfterTheOther(runs[1], runs[2]);
        }
        finally
        {
            foreach (var command in commands)
            {
                await command.DisposeAsync();
            }
        }
    }

    private static void AssertOneAfterTheOther(RunFacts before, RunFacts after) =>
        Assert.True(after.Started >= before.Started!.Value.AddSeconds(before.DurationS), $"{before.Started} + {before.DurationS} s, then {after.Started}");

    private static async Task<StackProcesses> StartAsync(TempDirectory directory)
    {
        var server = await PostgresServer.SharedAsync(Cancellation);
        var stack = await StackProcesses.StartAsync(directory, await server.CreateDatabaseAsync(Cancellation), workers: 1);
        directory.Write("s.yaml", stack.Scenario(agents: 2, "personas: [ { name: calm, think: 20ms } ]"));
        return stack;
    }

    private static ApeProcess Start(TempDirectory directory, StackProcesses stack, string machine, params string[] flags) =>
        ApeProcess.StartWith(directory, State(directory, machine), ["start", "s.yaml", "--format", "json", .. flags, .. stack.Flags]);

    private static Dictionary<string, string> State(TempDirectory directory, string machine) => new() { ["XDG_STATE_HOME"] = directory.Combine($"state-{machine}") };

    private static int Tickets(TempDirectory directory, string machine) =>
        Directory.Exists(directory.Combine($"state-{machine}")) ? Directory.GetFiles(directory.Combine($"state-{machine}"), "*.json", SearchOption.AllDirectories).Length : 0;
}
