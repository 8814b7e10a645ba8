using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Distributed;

/// <summary>Processes of a stack that die, end and start again while a run goes on.</summary>
public sealed partial class FaultTests
{
    private const int Agents = 100;
    private const int PerSlot = 6;
    private const int BlockSize = Agents / 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WorkerKilledAnotherEndedDatabaseAndCollectorRestarted_EverySlotIsAccountedFor()
    {
        using var directory = new TempDirectory();
        await using var server = await PostgresServer.StartAsync(durable: true, Cancellation);
        await using var stack = await StackProcesses.StartAsync(directory, await server.CreateDatabaseAsync(Cancellation), workers: 4);
        directory.Write("s.yaml", stack.Scenario(Agents, $"iterations: {Agents * PerSlot}\npersonas: [ {{ name: calm, think: 400ms }} ]"));
        await using var ape = ApeProcess.Start(directory, ["start", "s.yaml", "--workers", "4", "--format", "json", .. stack.Flags]);
        await ape.Running.Within(Cancellation);
        using var client = stack.Client();
        var run = Assert.Single(await client.ListAsync(Cancellation)).Run;
        using (var control = client.Run(run))
        {
            await StackTests.UntilAsync(async () => (await control.GetRunAsync(Cancellation)).Succeeded >= Agents / 2);
        }

        // 1. One is killed, one is told to end: it gives back what it has once its sessions are done.
        var (killed, ended) = (stack.Workers[0], stack.Workers[1]);
        killed.Signal("KILL");
        ended.Signal("TERM");
        Assert.Equal(0, await ended.EndAsync());

        // 2. The database goes away as in a power cut, and the collector with it.
        await server.StopAsync(kill: true);
        stack.CollectorProcess.Signal("KILL");
        await stack.CollectorProcess.EndAsync();
        await server.StartAgainAsync(Cancellation);
        await stack.StartCollectorAsync(stack.Collector.ToString());

        // 3. The run ends by itself.
        var result = (await ape.EndAsync()).Exits(0);
        var summary = JsonSerializer.Deserialize(result.Out, RunsJson.Line.RunSummary)!;
        var sessions = summary.Sessions;
        Assert.Equal("completed", summary.Run.Status);
        Assert.Equal(Agents * PerSlot, sessions.Started);
        Assert.Equal(sessions.Started, sessions.Succeeded + sessions.Failed + sessions.Stuck + sessions.AgentError + sessions.Aborted);
        Assert.Contains("answers again", result.Error, StringComparison.Ordinal);

        // Every session of every slot was told of, and once.
        var records = new List<SessionRecord>();
        await foreach (var record in SessionLog.ReadAsync(new RunDirectory(Path.Combine(stack.RunsRoot, run)), null, Cancellation))
        {
            records.Add(record);
        }
        Assert.Equal(
            Enumerable.Range(0, Agents).SelectMany(static slot => Enumerable.Range(0, PerSlot).Select(n => $"{slot}-{n}")).Order(StringComparer.Ordinal),
            records.Select(static record => record.Session).Order(StringComparer.Ordinal));

        // What the dead one had under way is aborted, and only that.
        var lostSlots = Blocks(killed.Said).SelectMany(static block => Enumerable.Range(block * BlockSize, BlockSize)).ToHashSet();
        var aborted = records.Where(static record => record.Outcome is SessionOutcome.Aborted).ToList();
        Assert.Equal(sessions.Aborted, aborted.Count);
        Assert.NotEmpty(aborted);
        Assert.All(aborted, record => Assert.StartsWith("worker_lost", record.Reason, StringComparison.Ordinal));
        Assert.All(aborted, record => Assert.Contains(record.Slot, lostSlots));

        // Success is proven: each has an order, and an order that nobody claims is of a slot that the dead one had.
        var orders = await stack.OrdersAsync();
        var claimed = records.Where(static record => record.Outcome is SessionOutcome.Succeeded).Select(static record => record.TraceId).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(sessions.Succeeded, claimed.Count);
        Assert.Subset(orders.Select(static order => order.Trace).ToHashSet(StringComparer.Ordinal), claimed);
        Assert.All(orders.Where(order => !claimed.Contains(order.Trace)), order => Assert.Contains(SlotOf(order.User), lostSlots));
    }

    private static int SlotOf(string user) => int.Parse(user["user-".Length..], CultureInfo.InvariantCulture) - 1;

    private static IEnumerable<int> Blocks(string log) => BlockStarted().Matches(log).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("block ([0-9]+) of run [^ ]+ started with")]
    private static partial Regex BlockStarted();
}
