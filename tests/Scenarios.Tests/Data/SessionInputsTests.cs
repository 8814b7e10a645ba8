using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Scenarios.Tests.Loading;

namespace ApeTest.Scenarios.Tests.Data;

public sealed class SessionInputsTests
{
    private static readonly Scenario Scenario = Yaml.Valid("""
        target: { url: "http://127.0.0.1:5080" }
        agents: 4
        personas:
          - { name: calm, think: 1s, weight: 1 }
          - { name: hurried, think: 100ms..300ms, weight: 4 }
        data:
          user: { rows: [ { name: u0, password: p0 }, { name: u1, password: p1 }, { name: u2, password: p2 } ] }
          color: { rows: [ { name: red } ] }
        secrets: [ user.password ]
        goals:
          - { name: buy, weight: 3, goal: "Log in as {{user.name}} / {{user.password}}, buy {{color.name}}." }
          - { name: look, weight: 1, goal: Look around. }
        """);

    [Fact]
    public void Create_SameArguments_GivesTheSame()
    {
        for (var session = 0; session < 50; session++)
        {
            var first = SessionInputs.Create(Scenario, 42, 3, session, TimeProvider.System);
            var second = SessionInputs.Create(Scenario with { Name = "copy" }, 42, 3, session, TimeProvider.System);

            Assert.Equal(first.Goal, second.Goal);
            Assert.Equal(first.Persona, second.Persona);
            Assert.Equal(first.GoalText, second.GoalText);
            Assert.Equal(first.Values, second.Values);
            Assert.Equal([first.NextThink(), first.NextThink()], [second.NextThink(), second.NextThink()]);
        }
    }

    [Fact]
    public void Create_ManySessions_MeetTheWeights()
    {
        const int Count = 20_000;
        var sessions = Enumerable.Range(0, Count).Select(i => SessionInputs.Create(Scenario, 42, i % 4, i / 4, TimeProvider.System)).ToList();

        Assert.InRange(sessions.Count(s => s.Goal.Name == "buy") / (double)Count, 0.74, 0.76);
        Assert.InRange(sessions.Count(s => s.Persona!.Name == "hurried") / (double)Count, 0.79, 0.81);
        // The two choices are independent streams.
        Assert.InRange(sessions.Count(s => s.Goal.Name == "buy" && s.Persona!.Name == "calm") / (double)Count, 0.14, 0.16);
    }

    [Fact]
    public void Create_OtherSeed_GivesOtherChoices()
    {
        var goals = (long seed) => string.Concat(Enumerable.Range(0, 64).Select(i => SessionInputs.Create(Scenario, seed, 0, i, TimeProvider.System).Goal.Name[0]));

        Assert.NotEqual(goals(1), goals(2));
    }

    [Fact]
    public void Create_Feeds_TakeTheRowOfSlotAndSession()
    {
        Assert.Equal("u0", SessionInputs.Create(Scenario, 1, 0, 0, TimeProvider.System).Values["user.name"]);
        Assert.Equal("u2", SessionInputs.Create(Scenario, 1, 2, 0, TimeProvider.System).Values["user.name"]);
        Assert.Equal("u1", SessionInputs.Create(Scenario, 1, 0, 1, TimeProvider.System).Values["user.name"]);
        Assert.Equal("red", SessionInputs.Create(Scenario, 1, 3, 9, TimeProvider.System).Values["color.name"]);
    }

    [Fact]
    public void Create_Secrets_StayOutOfGoalAndValues()
    {
        var inputs = Enumerable.Range(0, 100).Select(i => SessionInputs.Create(Scenario, 1, 0, i, TimeProvider.System)).First(s => s.Goal.Name == "buy");
        var number = inputs.Values["user.name"][1];

        Assert.Equal($"Log in as u{number} / {{{{user.password}}}}, buy red.", inputs.GoalText);
        Assert.Equal(["color.name", "user.name"], inputs.Values.Keys.Order());
        Assert.Equal([KeyValuePair.Create("user.password", $"p{number}")], inputs.Secrets);
        Assert.Equal("data:user.name", inputs.SourceOf($"u{number}"));
        Assert.Null(inputs.SourceOf($"p{number}"));
    }

    [Fact]
    public void Create_NoPersonas_HasNoThinkTime()
    {
        var inputs = SessionInputs.Create(RunPlanner.Create(Yaml.Valid(Yaml.Minimal), "run", 1), 0, 0, TimeProvider.System);

        Assert.Null(inputs.Persona);
        Assert.Equal(TimeSpan.Zero, inputs.NextThink());
    }

    [Fact]
    public void NextThink_Range_StaysWithin()
    {
        var thinks = Enumerable.Range(0, 500).Select(i => SessionInputs.Create(Scenario, 1, 0, i, TimeProvider.System)).Where(s => s.Persona!.Name == "hurried")
            .Select(s => s.NextThink().TotalMilliseconds).ToList();

        Assert.All(thinks, think => Assert.InRange(think, 100, 300));
        Assert.InRange(thinks.Average(), 190, 210);
    }

    [Theory]
    [InlineData(null, 120)]
    [InlineData("20s", 20)]
    [InlineData("10m", 120)]
    public void Create_Patience_ShortensTheSession(string? patience, int seconds)
    {
        var scenario = Yaml.Valid(Yaml.Minimal + $"personas: [ {{ name: p, patience: {patience ?? "null"} }} ]\n");

        var limits = SessionInputs.Create(scenario, 1, 0, 0, TimeProvider.System).Limits;

        Assert.Equal(TimeSpan.FromSeconds(seconds), limits.Timeout);
        Assert.Equal(scenario.Session.MaxSteps, limits.MaxSteps);
    }
}
