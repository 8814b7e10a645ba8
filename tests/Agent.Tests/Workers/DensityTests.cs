using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Workers;

/// <summary>What a session holds while its user thinks: ten thousand of them are to fit in 1 GB, everything else in the process included.</summary>
public sealed class DensityTests(ITestOutputHelper output)
{
    private const int Warm = 20;
    private const int Idle = 500;
    private const long MostBytes = 50_000;

    [Fact]
    public async Task Session_WhileItsUserThinks_HoldsLittleMemory()
    {
        await using var target = await FakeTarget.StartAsync();
        var brain = new ShopBrain();
        await using var harness = new SessionHarness(Plans.Of(target.Url, scenario => scenario with
        {
            Agents = Warm + Idle, Iterations = null,
            Personas = [new PersonaSpec { Name = "slow", Think = new ThinkTime(TimeSpan.FromHours(1), TimeSpan.FromHours(1)) }],
            Session = scenario.Session with { Timeout = TimeSpan.FromHours(2) },
        }), brain);

        // Code, connections and caches are everyone's; they come with the first.
        var sessions = await StartAsync(harness, brain, 0, Warm);
        target.Requests.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        sessions.AddRange(await StartAsync(harness, brain, Warm, Idle));
        target.Requests.Clear();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / Idle;
        harness.Stop.Abort("run_end");
        await Task.WhenAll(sessions).Within(TestContext.Current.CancellationToken);

        output.WriteLine($"{bytes} bytes a session");
        Assert.InRange(bytes, 1, MostBytes);
        Assert.All(sessions, session => Assert.Single(session.Result.Actions));
    }

    /// <summary>Starts sessions and waits until all of them think before their second action.</summary>
    private static async Task<List<Task<Runs.Records.SessionRecord>>> StartAsync(SessionHarness harness, ShopBrain brain, int first, int count)
    {
        var sessions = Enumerable.Range(first, count).Select(slot => harness.RunAsync(slot)).ToList();
        await brain.ThinkingAsync(first + count);
        return sessions;
    }

    /// <summary>Logs in, then orders: before the order the user thinks.</summary>
    private sealed class ShopBrain : IBrain
    {
        private static readonly JsonElement Order = JsonDocument.Parse("""{"itemId":"item-filter","quantity":2}""").RootElement.Clone();

        private readonly SemaphoreSlim _second = new(0);
        private int _seen;

        public ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken)
        {
            if (session.Turns.Count == 0)
            {
                var name = session.Goal.Contains("ann", StringComparison.Ordinal) ? "ann" : "bob";
                return Call("login", JsonDocument.Parse($$$"""{"name":"{{{name}}}","password":"{{user.password}}"}""").RootElement.Clone());
            }
            _second.Release();
            return Call("order", Order);
        }

        public async Task ThinkingAsync(int sessions)
        {
            for (; _seen < sessions; _seen++)
            {
                await _second.WaitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
            }
        }

        private static ValueTask<Decision> Call(string tool, JsonElement arguments) =>
            ValueTask.FromResult(new Decision([new ToolCall("1", tool, arguments)], "tool_calls", null, TimeSpan.Zero));
    }
}
