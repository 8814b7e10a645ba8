using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Pauses of a session.</summary>
public sealed class JourneyThinkTests
{
    [Fact]
    public async Task RunAsync_Think_IsBeforeEachRequestButTheFirst()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, think: 2s, steps: [ { name: a, get: /a }, { name: b, get: /b }, { name: c, get: /c } ] } ]");

        await harness.StartAsync();
        var batch = harness.Recorder.Drain(final: false);

        Assert.Equal([2, 2], harness.Thread.Pauses.Select(pause => pause.TotalSeconds));
        Assert.Equal([0, 2.01, 4.02], harness.Target.Seen.Select(seen => TimeSpan.FromTicks(seen.At).TotalSeconds), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 2, 2], batch.Sessions[0].Actions.Select(action => action.Parts!.Value.Think));
        Assert.Equal(TimeSpan.FromSeconds(4).Ticks, batch.Metrics.Intervals.Think);
    }

    [Fact]
    public async Task RunAsync_StepOverJourneyOverPersona_DecidesTheThink()
    {
        const string Steps = "steps: [ { name: a, get: /a }, { name: b, get: /b }, { name: c, get: /c, think: 3s }, { name: d, get: /d, think: 0s } ]";
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + $"personas: [ {{ name: slow, think: 7s }} ]\njourneys: [ {{ name: j, {Steps} }}, {{ name: k, think: 5s, {Steps} }} ]");

        await harness.StartAsync(journey: 0);
        var persona = harness.Thread.Pauses.ToArray();
        harness.Thread.Pauses.Clear();
        await harness.StartAsync(journey: 1);

        Assert.Equal([7, 3], persona.Select(pause => pause.TotalSeconds));
        Assert.Equal([5, 3], harness.Thread.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task RunAsync_PauseAlone_IsDoneEvenBeforeTheFirstRequest()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { think: 1s }, { name: a, get: /a }, { think: 4s } ] } ]");

        var record = await harness.RunAsync();

        Assert.Equal([1, 4], harness.Thread.Pauses.Select(pause => pause.TotalSeconds));
        Assert.Equal(5.01, record.DurationS, 6);
    }

    [Fact]
    public async Task RunAsync_SameSeed_DrawsTheSameThinksAndOtherSessionsOthers()
    {
        const string Yaml = JourneyHarness.Sampled + "journeys: [ { name: j, think: \"1s..9s\", steps: [ { name: a, get: /a }, { name: b, get: /b }, { name: c, get: /c } ] } ]";
        await using var one = new JourneyHarness(Yaml);
        await using var two = new JourneyHarness(Yaml);

        for (var session = 0; session < 3; session++)
        {
            await one.StartAsync();
            await two.StartAsync();
        }

        Assert.Equal(one.Thread.Pauses, two.Thread.Pauses);
        Assert.Equal(6, one.Thread.Pauses.Distinct().Count());
        Assert.All(one.Thread.Pauses, pause => Assert.InRange(pause.TotalSeconds, 1, 9));
    }

    [Fact]
    public async Task RunAsync_PatienceOfAPersona_EndsTheSession()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled
            + "personas: [ { name: hasty, think: 2s, patience: 3s } ]\njourneys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b }, { name: c, get: /c } ] } ]");

        var record = await harness.RunAsync();

        Assert.Equal((SessionOutcome.Stuck, "session_timeout: not finished within 3 s", 3.0), (record.Outcome, record.Reason, record.DurationS));
    }
}
