using ApeTest.Agent.Tests.Fakes;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Durations of groups of steps.</summary>
public sealed class JourneyGroupTests
{
    private const string Basket = JourneyHarness.Sampled + """
        journeys:
          - name: j
            think: 1s
            steps:
              - { name: a, get: /a }
              - group: basket
                steps: [ { name: b, get: /b, continue: true }, { group: inner, steps: [ { think: 5s } ] }, { name: c, get: /c } ]
              - { repeat: 2, steps: [ { group: again, steps: [ { name: d, get: /d } ] } ] }
        """;

    [Fact]
    public async Task RunAsync_Groups_AreMeasuredWholeWithTheirPauses()
    {
        await using var harness = new JourneyHarness(Basket);

        await harness.StartAsync();
        var groups = harness.Metrics().Groups;

        Assert.Equal(["again", "basket", "inner"], groups.Keys);
        Assert.Equal([2, 1, 1], groups.Values.Select(group => group.Count));
        Assert.Equal(7.02, groups["basket"].Mean!.Value.TotalSeconds, 6);
        Assert.Equal(5, groups["inner"].Mean!.Value.TotalSeconds, 6);
        Assert.Equal(1.01, groups["again"].Mean!.Value.TotalSeconds, 6);
    }

    [Fact]
    public async Task RunAsync_StepOfAGroupFailed_OnlyTheGroupsAroundItAreNotCounted()
    {
        await using var harness = new JourneyHarness(Basket, (seen, _) => new RawReply(seen.Target == "/b" ? 500 : 200));

        await harness.StartAsync();

        Assert.Equal(["again", "inner"], harness.Metrics().Groups.Keys);
    }

    [Fact]
    public async Task RunAsync_SessionEndsWithinAGroup_IsNotCounted()
    {
        await using var harness = new JourneyHarness(Basket, (seen, _) => new RawReply(seen.Target == "/c" ? 500 : 200));

        await harness.StartAsync();

        Assert.Equal(["inner"], harness.Metrics().Groups.Keys);
    }
}
