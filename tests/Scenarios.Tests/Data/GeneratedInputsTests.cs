using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Scenarios.Tests.Loading;
using ApeTest.Tests.Shared;

namespace ApeTest.Scenarios.Tests.Data;

/// <summary>Generated values and secrets as sessions meet them.</summary>
public sealed class GeneratedInputsTests
{
    private const string Text = """
        target: { url: "http://127.0.0.1:5080" }
        agents: 120
        data:
          user: { rows: [ { name: ann, password: hunter2 }, { name: ben, password: hunter3 } ] }
          order: { generate: { id: "{{uuid()}}", number: "R-{{sequence()}}", mail: "{{user.name}}.{{sequence()}}@shop.test", pin: "{{int(1000..9999)}}", login: "{{user.name}}:{{user.password}}" } }
        secrets: [ user.password, order.pin ]
        goals:
          - { name: buy, goal: "Order {{order.id}} as {{order.mail}} with {{order.pin}}, key {{env.API_KEY}}, twice {{order.id}}; ref {{uuid()}} and {{uuid()}}." }
        """;

    private static readonly Scenario Scenario = Yaml.Load(Text, new() { ["API_KEY"] = "k-123456", ["OTHER"] = "unused" }).ThrowIfInvalid();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Create_BlocksOfAnySize_GiveTheSameValues()
    {
        var plan = RunPlanner.Create(Scenario with { Iterations = 1000 }, "run", 42);
        // What one worker draws slot after slot, and what others do in blocks, the last first, from the plan as it was sent to them.
        var alone = Sessions(plan, Enumerable.Range(0, plan.Slots));
        var copy = RunPlanJson.Deserialize(RunPlanJson.Serialize(plan));
        var spread = Sessions(copy, copy.Blocks().Reverse().SelectMany(block => Enumerable.Range(block.FirstSlot, block.Count)));

        Assert.Equal(1000, alone.Count);
        Assert.Equal(alone.OrderBy(each => each.Key), spread.OrderBy(each => each.Key));
    }

    [Fact]
    public void Create_OneThousandSessions_HaveDistinctIds()
    {
        var sessions = Enumerable.Range(0, 1000).Select(i => SessionInputs.Create(Scenario, 42, i % 120, i / 120, _time)).ToList();

        Assert.Equal(1000, sessions.Select(s => s.Values["order.id"]).Distinct().Count());
        Assert.Equal(1000, sessions.Select(s => s.Values["order.number"]).Distinct().Count());
        Assert.Equal(1000, sessions.Select(s => s.Values["order.mail"]).Distinct().Count());
        Assert.Equal(2000, sessions.SelectMany(s => s.Drawn).Select(drawn => drawn.Value).Distinct().Count());
    }

    [Fact]
    public void Create_NamedValue_IsTheSameWhereverItIsNamed()
    {
        var inputs = SessionInputs.Create(Scenario, 42, 5, 1, _time);
        var id = inputs.Values["order.id"];

        Assert.Equal($"Order {id} as {inputs.Values["order.mail"]} with {{{{order.pin}}}}, key {{{{env.API_KEY}}}}, twice {id}; ref {inputs.Drawn[0].Value} and {inputs.Drawn[1].Value}.", inputs.GoalText);
        Assert.StartsWith("ben.", inputs.Values["order.mail"], StringComparison.Ordinal);
        Assert.NotEqual(inputs.Drawn[0].Value, inputs.Drawn[1].Value);
        Assert.Equal("generator:order.id", inputs.SourceOf(id));
        Assert.Equal("generator:uuid()", inputs.SourceOf(inputs.Drawn[0].Value));
        Assert.Equal("data:user.name", inputs.SourceOf("ben"));
        Assert.Null(inputs.SourceOf("carl"));
    }

    [Fact]
    public void Create_Secrets_AreInNothingThatABrainSees()
    {
        var inputs = SessionInputs.Create(Scenario, 42, 0, 0, _time);

        // What is under secrets, what a generated column takes from there, and the environment.
        Assert.Equal(["env.API_KEY", "order.login", "order.pin", "user.password"], inputs.Secrets.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("k-123456", inputs.Secrets["env.API_KEY"]);
        Assert.Equal("ann:hunter2", inputs.Secrets["order.login"]);
        var seen = inputs.GoalText + string.Join('\n', inputs.Values) + string.Join('\n', inputs.Drawn);
        Assert.All(inputs.Secrets.Values, secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
        Assert.All(inputs.Secrets.Values, secret => Assert.Null(inputs.SourceOf(secret)));
    }

    [Fact]
    public void Create_Date_IsOfTheClock()
    {
        var scenario = Yaml.Valid("target: { url: \"http://x\" }\ngoals: [ { goal: \"{{date()}}\" } ]");
        var first = SessionInputs.Create(scenario, 1, 0, 0, _time);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(("2026-11-21T13:15:02Z", "2026-11-21T13:16:02Z"), (first.GoalText, SessionInputs.Create(scenario, 1, 0, 0, _time).GoalText));
    }

    private List<(string Key, string Values)> Sessions(RunPlan plan, IEnumerable<int> slots) =>
        [.. slots.SelectMany(slot => Enumerable.Range(0, plan.IterationsOf(slot)!.Value).Select(session =>
        {
            var inputs = SessionInputs.Create(plan, slot, session, _time);
            return ($"{slot:000}-{session}", string.Join('|', inputs.Values.Concat(inputs.Secrets).Concat(inputs.Drawn)) + inputs.GoalText);
        }))];
}
