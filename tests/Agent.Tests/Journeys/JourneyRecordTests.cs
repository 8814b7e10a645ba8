using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>What sessions of journeys leave behind.</summary>
public sealed class JourneyRecordTests
{
    private const string Unsampled = "agents: 1\ntelemetry: { sample: 0 }\n";

    [Fact]
    public async Task RunAsync_SucceededUnsampledAsFastAsOthers_LeavesCountsAlone()
    {
        await using var harness = new JourneyHarness(Unsampled + "journeys: [ { name: j, steps: [ { name: a, get: /a } ] } ]");
        await RunSomeAsync(harness);
        var lines = harness.Log.Records.Count;

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Empty(batch.Sessions);
        Assert.Equal(lines, harness.Log.Records.Count);
        Assert.Equal((1, 1), (batch.Metrics.Started, batch.Metrics.Goals["j"].Succeeded));
    }

    [Fact]
    public async Task RunAsync_SucceededUnsampledAndSlower_LeavesItsRecordAndItsLines()
    {
        var took = TimeSpan.FromMilliseconds(10);
        await using var harness = new JourneyHarness(Unsampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]", (_, _) => new RawReply { Latency = took });
        await RunSomeAsync(harness);
        var lines = harness.Log.Records.Count;

        took = TimeSpan.FromMilliseconds(500);
        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Succeeded, false), (record.Outcome, record.Sampled));
        Assert.Equal(["/a", "/b"], record.Actions.Select(action => action.Args.GetProperty("path").GetString()));
        Assert.InRange(record.DurationS, 0.9, 1.1);
        Assert.Equal(lines + 4, harness.Log.Records.Count);
    }

    // The first of a block are the slowest so far, whatever they take.
    private static async Task RunSomeAsync(JourneyHarness harness)
    {
        for (var i = 0; i < 10; i++)
        {
            await harness.StartAsync();
        }
        harness.Recorder.Drain(final: false);
    }

    [Fact]
    public async Task RunAsync_FailedUnsampled_LeavesItsRecordAndItsLines()
    {
        await using var harness = new JourneyHarness(Unsampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]", (_, n) => new RawReply(n == 0 ? 200 : 500));

        var record = await harness.RunAsync();

        Assert.False(record.Sampled);
        Assert.Equal(("0-0", "j"), (record.Session, record.Goal));
        Assert.Equal(["/a", "/b"], record.Actions.Select(action => action.Args.GetProperty("path").GetString()));
        Assert.Equal([1, 2], record.Actions.Select(action => action.N));
        Assert.Equal(4, harness.Log.Records.Count);
        Assert.All(harness.Log.Records, line => Assert.Equal((record.TraceId, record.Session, record.Run), (line.Trace, line.Identity!.Session, line.Identity.Run)));
        Assert.Equal([null, "1", "2", null], harness.Log.Records.Select(line => line.Identity!.Action));
    }

    [Fact]
    public async Task RunAsync_SampledSucceeded_LeavesARecordToo()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a } ] } ]");

        Assert.True((await harness.RunAsync()).Sampled);
        Assert.True(harness.Target.Seen[0].Trace.Sampled);
    }

    [Theory]
    [InlineData(1, 220, true)]
    [InlineData(1, 4000, true)]
    [InlineData(60, 300, false)]
    public async Task RunAsync_SecretFarBehindInAPath_IsNotToldInPart(int requests, int before, bool isWhole)
    {
        const string Secret = "0123456789-SECRETVALUE-0123456789";
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"journeys: [ {{ name: j, steps: [ {{ name: t, get: /t, extract: {{ api_token: $.t }} }}, "
            + $"{{ repeat: {requests}, steps: [ {{ name: a, get: /a, query: {{ a: {new string('x', before)}, k: \"{{{{api_token}}}}\" }} }} ] }} ] }} ]",
            (_, _) => new RawReply(200, $"{{\"t\":\"{Secret}\"}}"));

        var record = await harness.RunAsync();

        Assert.Contains(Secret, harness.Target.Seen[^1].Target, StringComparison.Ordinal);
        var paths = record.Actions.Select(action => action.Args.GetProperty("path").GetString()!).ToList();
        Assert.All(paths, path => Assert.DoesNotContain("SECRET", path, StringComparison.Ordinal));
        Assert.All(paths, path => Assert.DoesNotContain("0123", path, StringComparison.Ordinal));
        Assert.All(paths, path => Assert.InRange(path.Length, 1, 256));
        Assert.Equal(isWhole, paths[^1].Contains("xxx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_ManySteps_KeepsTheLast64()
    {
        await using var harness = new JourneyHarness(Unsampled + "journeys: [ { name: j, steps: [ { repeat: 100, steps: [ { name: a, get: \"/{{sequence(1)}}\" } ] } ] } ]", (_, n) => new RawReply(n == 99 ? 500 : 200));

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        var record = Assert.Single(batch.Sessions);
        Assert.Equal(Enumerable.Range(37, 64), record.Actions.Select(action => action.N));
        Assert.Equal(64, record.Evidence.Length);
        Assert.Equal(100, batch.Metrics.Http["a"].Count);
        Assert.Equal(100, (long)batch.Metrics.SessionActions.Mean!.Value.Ticks, 0.5);
    }

    [Fact]
    public async Task RunAsync_Secrets_AreInNothingThatIsLeft()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + """
            data: { user: { rows: [ { name: ann, password: "pw&of ann" } ] } }
            secrets: [ user.password ]
            journeys:
              - name: j
                steps:
                  - { name: a, post: /login, json: { p: "{{user.password}}" }, extract: { echo: $.echo, token: $.token } }
                  - { name: b, get: "/a/{{user.password}}?t={{token}}", headers: { Authorization: "Bearer {{token}}" }, check: { json: { $.said: x } } }
            """, (_, n) => n == 0 ? new RawReply(200, "{\"echo\":\"you sent pw&of ann\",\"token\":\"tok-4711-4711\"}") : new RawReply(200, "{\"said\":\"pw&of ann tok-4711-4711\"}"));

        var record = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        var left = JsonSerializer.Serialize(record, RunsJson.Line.SessionRecord) + string.Join('\n', harness.Log.Records.Select(line => line.Message + string.Join(' ', line.Fields.Values)));
        Assert.DoesNotContain("pw&of", left, StringComparison.Ordinal);
        Assert.DoesNotContain("pw%26of", left, StringComparison.Ordinal);
        Assert.DoesNotContain("pw\\u0026of", left, StringComparison.Ordinal);
        Assert.DoesNotContain("tok-4711", left, StringComparison.Ordinal);
        Assert.Equal(2, record.Actions.Length);
        Assert.Contains("pw%26of%20ann", harness.Target.Seen[1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Observed_TellsEachStepOnceInOrder()
    {
        var observer = new ListObserver();
        await using var harness = new JourneyHarness(Unsampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]", (_, _) => new RawReply(200, "{\"x\":1}"), observer);

        await harness.StartAsync();

        Assert.Equal(["SessionStarted", "SessionActed", "SessionActed", "SessionEnded"], observer.Events.Select(happened => happened.GetType().Name));
        Assert.Contains("\"x\":1", observer.Events.OfType<SessionActed>().First().Observation, StringComparison.Ordinal);
    }
}
