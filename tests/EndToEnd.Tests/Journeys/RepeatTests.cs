using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>The same seed gives the same sessions.</summary>
public sealed class RepeatTests
{
    [Fact]
    public async Task Start_SameSeed_SendsTheSameSessions()
    {
        var first = await SentAsync("7", "iterations: 240");
        var again = await SentAsync("7", "iterations: 240");
        var other = await SentAsync("8", "iterations: 240");

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        // All of it was at work: both journeys, both branches, all rows.
        Assert.All((string[])["/t/a?", "/t/b?", "/t/c?", "user=ann", "user=bob", "user=cyd"], part => Assert.Contains(first, request => request.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Start_SameSeedInTheOpenModel_SendsTheSameSessionsOnFewAndManyAgents()
    {
        // As many agents as arrivals: none is dropped, however slow the machine.
        const string Load = "load: { rate: 25/s }\nduration: 2s";

        var few = await SentAsync("7", Load, "--agents", "50");
        var many = await SentAsync("7", Load, "--agents", "200");

        Assert.Equal(50, few.Select(request => request.Split(' ')[0]).Distinct().Count());
        Assert.Equal(few, many);
    }

    /// <summary>What a target was sent, a line a request, sessions sorted: they run at the same time.</summary>
    private static async Task<List<string>> SentAsync(string seed, string load, params string[] arguments)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();
        await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}" }
            agents: 120
            {{{load}}}
            data:
              user: { rows: [ { name: ann }, { name: bob }, { name: cyd } ], order: random }
              order: { generate: { id: "{{uuid()}}" } }
            journeys:
              - name: one
                weight: 3
                steps:
                  - { get: /t/a, query: { id: "{{order.id}}", user: "{{user.name}}", n: "{{int(1..1000000)}}" } }
                  - if: { chance: 0.5 }
                    then: [ { get: /t/b, query: { id: "{{order.id}}", c: "{{pick(red|green|blue)}}" } } ]
              - name: two
                steps:
                  - { get: /t/c, query: { id: "{{order.id}}", mail: "{{email()}}" } }
            """, ["--seed", seed, .. arguments]);
        return [.. target.Requests.GroupBy(request => request.TraceId).Select(session => string.Join(' ', session.Select(request => request.Target))).Order(StringComparer.Ordinal)];
    }
}
