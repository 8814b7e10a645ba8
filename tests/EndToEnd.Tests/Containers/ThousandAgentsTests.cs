using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>
/// Four containers of 250 agents against the shop's container through the gateway, while one is killed, one restarted and the database restarted: the run
/// ends, every slot is accounted for, no success is claimed that the shop does not confirm, and percentiles are those of all samples.
/// </summary>
[Collection("containers")]
public sealed class ThousandAgentsTests
{
    private const int Agents = 1000;
    private const int BlockOfSlots = 50;
    private const double Tolerance = 0.01;

    private const string Scenario = """
        name: thousand
        target: { name: shop, url: "http://shop:5080", openapi: /openapi/v1.json }
        agents: 1000
        duration: 75s
        seed: 42
        gracefulStop: 60s
        telemetry: { sample: 1.0 }
        personas: [ { name: slow, think: 3s..9s } ]
        data: { user: { rows: [ROWS], order: unique } }
        secrets: [ user.password ]
        goals:
          - { name: buy-coffee, goal: "Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.", success: "checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200" }
        thresholds: { session_success: ">= 0.5", agent_error_rate: "<= 0.5" }
        """;

    [Fact]
    public async Task Run_WhileWorkersAndDatabaseDie_AccountsForEverySlotAndOrder()
    {
        using var directory = new TempDirectory();
        directory.Write("ape.yaml", Scenario.Replace("ROWS", string.Join(", ", Enumerable.Range(1, Agents).Select(user => $"{{ name: user-{user:D4}, password: pass-{user:D4} }}")), StringComparison.Ordinal));
        var run = Machine.ApeAsync(directory.Path, new(ContainerEngine.Variables) { ["COMPOSE_PROFILES"] = "shop" },
            "start", "ape.yaml", "--compose", "--keep", "--workers", "4", "-y", "--out", "summary.json");
        try
        {
            var project = await ProjectAsync(directory, run);
            await WreckAsync(project, run);
            var result = await run;

            // Killed sessions are neither failures nor successes: the run is whole.
            result.Exits(0);
            var summary = JsonNode.Parse(File.ReadAllText(directory.Combine("summary.json")))!;
            var sessions = Sessions(directory, summary["run"]!["id"]!.ToString());
            var orders = JsonNode.Parse((await Machine.InAsync($"{project}-gateway-1", "wget -q -O - http://shop:5080/_shop/orders")).Exits(0).Out)!.AsArray();
            Assert.Equal("completed", summary["run"]!["status"]!.ToString());
            Slots(summary, sessions);
            Orders(summary, sessions, orders);
            Percentiles(summary, sessions);
        }
        finally
        {
            await Machine.ApeAsync(directory.Path, [], "cleanup");
        }
        Assert.Empty(await ContainerEngine.StacksAsync());
    }

    private static async Task<string> ProjectAsync(TempDirectory directory, Task run)
    {
        var stacks = directory.Combine(".ape", "stacks");
        await Machine.UntilAsync(() => Task.FromResult(run.IsCompleted || (Directory.Exists(stacks) && Directory.GetDirectories(stacks).Length > 0)), "a stack");
        return Path.GetFileName(Assert.Single(Directory.GetDirectories(stacks)));
    }

    /// <summary>Once sessions have ended: kills one worker, restarts another, then the database.</summary>
    private static async Task WreckAsync(string project, Task run)
    {
        await OrdersAsync(project, 300, run);
        await Machine.DockerAsync("kill", "--signal", "KILL", $"{project}-agent-1");
        await OrdersAsync(project, 600, run);
        await Machine.DockerAsync("restart", $"{project}-agent-2");
        await Machine.DockerAsync("restart", $"{project}-postgres-1");
        Assert.False(run.IsCompleted, "the run ended before everything was wrecked");
    }

    private static Task OrdersAsync(string project, int count, Task run) => Machine.UntilAsync(async () =>
        run.IsCompleted || ((await Machine.InAsync($"{project}-gateway-1", "wget -q -O - http://shop:5080/_shop/orders")) is { Code: 0, Out: var orders } && orders.Split("\"trace_id\"").Length > count), $"{count} orders");

    private static SessionRecord[] Sessions(TempDirectory directory, string run) =>
        [.. File.ReadLines(directory.Combine(".ape", "runs", run, "sessions.jsonl")).Select(line => JsonSerializer.Deserialize(line, RunsJson.Line.SessionRecord)!)];

    private static void Slots(JsonNode summary, SessionRecord[] sessions)
    {
        var told = summary["sessions"]!;
        long Count(string name) => told[name]!.GetValue<long>();
        Assert.Equal(Count("started"), Count("succeeded") + Count("failed") + Count("stuck") + Count("agent_error") + Count("aborted"));
        Assert.Equal(Count("started"), sessions.Length);
        Assert.Equal(sessions.Length, sessions.Select(session => session.Session).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Agents), sessions.Select(session => session.Slot).Distinct().Order());
        Assert.All(new[] { SessionOutcome.Succeeded, SessionOutcome.Failed, SessionOutcome.Stuck, SessionOutcome.AgentError, SessionOutcome.Aborted },
            outcome => Assert.Equal(Count(JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString())), sessions.Count(session => session.Outcome == outcome)));
        Assert.Contains(sessions, session => session.Outcome is SessionOutcome.Aborted && session.Reason.StartsWith("worker_lost", StringComparison.Ordinal));
    }

    private static void Orders(JsonNode summary, SessionRecord[] sessions, JsonArray orders)
    {
        var bought = orders.ToDictionary(order => order!["trace_id"]!.ToString(), order => int.Parse(order!["user"]!.ToString()["user-".Length..], System.Globalization.CultureInfo.InvariantCulture) - 1);
        var succeeded = sessions.Where(session => session.Outcome is SessionOutcome.Succeeded).ToList();

        // Proven: each success has its order, and no two share one.
        Assert.All(succeeded, session => Assert.True(bought.TryGetValue(session.TraceId, out var slot) && slot == session.Slot, session.Session));
        Assert.InRange(summary["sessions"]!["succeeded"]!.GetValue<long>(), 1, orders.Count);

        // An order whose session nobody tells of was made by a worker that was killed: its block says so.
        var lost = sessions.Where(session => session.Reason.StartsWith("worker_lost", StringComparison.Ordinal)).Select(session => session.Slot / BlockOfSlots).ToHashSet();
        var claimed = sessions.Select(session => session.TraceId).ToHashSet();
        Assert.All(bought.Where(order => !claimed.Contains(order.Key)), order => Assert.Contains(order.Value / BlockOfSlots, lost));
    }

    private static void Percentiles(JsonNode summary, SessionRecord[] sessions)
    {
        // Whoever was lost with its worker has no end, hence no duration; one that its own worker cut short has.
        var durations = sessions.Where(session => !session.Reason.StartsWith("worker_lost", StringComparison.Ordinal)).Select(session => session.DurationS).Order().ToArray();
        var told = summary["sessions"]!["duration"]!;
        Assert.Equal(durations.Length, told["count"]!.GetValue<long>());
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99) })
        {
            var exact = durations[(int)Math.Ceiling(share * durations.Length) - 1];
            Assert.InRange(told[name]!.GetValue<double>(), exact * (1 - Tolerance), exact * (1 + Tolerance));
        }
    }
}
