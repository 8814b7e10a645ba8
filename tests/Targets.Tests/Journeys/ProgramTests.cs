using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Journeys;

namespace ApeTest.Targets.Tests.Journeys;

public sealed class ProgramTests
{
    [Fact]
    public void Next_StepsInOrder_ComeWithPausesAndGroups()
    {
        var trip = Trip.Of(Trip.Scenario(
            Named("a"), new StepSpec { Think = new ThinkTime(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)) },
            new StepSpec { Group = "cart", Steps = [Named("b"), new StepSpec { Group = "inner", Steps = [Named("c")] }] }, Named("d")));
        Assert.Equal("a pause:1.5 <cart b <inner c inner> cart> d", Told(trip));
    }

    [Theory]
    [InlineData("1", "1", "a T1 T2 z")]
    [InlineData("1", "0", "a T1 E2 z")]
    [InlineData("0", "1", "a E1 z")]
    public void Next_NestedBranches_TakeOneWayEach(string first, string second, string expected)
    {
        var trip = Trip.Of(Trip.Scenario(
            Trip.Step(Trip.Get("/a") with { Extract = Trip.Extract(("first", "$.first"), ("second", "$.second")) }, "a"),
            If(Value("first", "1"), [Named("T1"), If(Value("second", "1"), [Named("T2")], [Named("E2")])], [Named("E1"), If(Value("second", "7"), [Named("no")], [])]),
            Named("z")));
        Assert.Equal(expected, Told(trip, (_, step) => (200, step == "a" ? $"{{\"first\":{first},\"second\":{second}}}" : "{}")));
    }

    [Fact]
    public void Next_NestedLoops_CountEachTurnAnew()
    {
        var trip = Trip.Of(Trip.Scenario(Times(2, Named("a"), Times(3, Named("b")), Times(0, Named("never"))), Named("z")));
        Assert.Equal("a b b b a b b b z", Told(trip));
        trip.Values.Begin(1, 0, 1, trip.Journey);
        Assert.Equal("a b b b a b b b z", Told(trip));
    }

    [Fact]
    public void Next_LoopsThatSendNothing_GiveTheThreadBackNowAndThen()
    {
        var trip = Trip.Of(Trip.Scenario(Times(1_000_000, Times(1_000_000, If(Value("state", "never"), [Named("a")], []))),
            Trip.Step(Trip.Get("/p") with { Extract = Trip.Extract(("state", "$.state")) }, "last")));
        var cursor = new JourneyCursor(trip.Journey, trip.Journey.Program);
        Assert.Equal(InstructionKind.Yield, cursor.Next(trip.Values, 0).Kind);
        Assert.Equal(InstructionKind.Yield, cursor.Next(trip.Values, 0).Kind);
    }

    [Fact]
    public void Next_LoopThatWaits_IsNotInterrupted()
    {
        var trip = Trip.Of(Trip.Scenario(Times(JourneyCursor.Most, Named("a"))));
        var cursor = new JourneyCursor(trip.Journey, trip.Journey.Program);
        for (var i = 0; i < JourneyCursor.Most; i++)
        {
            Assert.Equal(InstructionKind.Send, cursor.Next(trip.Values, 200).Kind);
            cursor.Waited();
        }
        Assert.Equal(InstructionKind.End, cursor.Next(trip.Values, 200).Kind);
    }

    [Fact]
    public void Next_LoopWithCondition_EndsWhenItNoLongerHolds()
    {
        var trip = Trip.Of(Trip.Scenario(
            Trip.Step(Trip.Get("/p") with { Extract = Trip.Extract(("state", "$.state")) }, "first"),
            new StepSpec { Loop = new LoopSpec { While = Value("state", "pending"), Steps = [Trip.Step(Trip.Get("/p") with { Extract = Trip.Extract(("state", "$.state")) }, "poll")] } },
            Named("z")));
        Assert.Equal("first poll poll z", Told(trip, (count, _) => (200, $"{{\"state\":\"{(count < 3 ? "pending" : "done")}\"}}")));
    }

    [Fact]
    public void Next_LoopThatNeverEnds_ReachesItsLimit()
    {
        var trip = Trip.Of(Trip.Scenario(new StepSpec { Loop = new LoopSpec { While = new StepCondition { Status = "2xx|0" }, Max = 3, Steps = [Named("a")] } }, Named("z")));
        Assert.Equal("a a a LIMIT", Told(trip));
    }

    [Theory]
    [InlineData("404", 404, true)]
    [InlineData("2xx|404", 204, true)]
    [InlineData("2xx", 404, false)]
    [InlineData("0", 0, true)]
    [InlineData("0", 500, false)]
    [InlineData("0|5xx", 0, true)]
    [InlineData("0|5xx", 503, true)]
    [InlineData("5xx", 0, false)]
    [InlineData(null, 0, true)]
    public void Holds_Status_OfTheLastAnswer(string? status, int last, bool holds)
    {
        var trip = Trip.Of(Trip.Scenario(Named("a"), If(new StepCondition { Status = status }, [Named("b")], [])));
        Assert.Equal(holds, trip.Values.Holds(trip.Journey.Conditions[0], last));
    }

    [Theory]
    [InlineData("17", "17", true)]
    [InlineData("17", "18", false)]
    [InlineData("17", "{\"min\":10}", true)]
    [InlineData("17", "{\"not\":\"17\"}", false)]
    [InlineData("17", "{\"exists\":true}", true)]
    [InlineData("17", "{\"exists\":false}", false)]
    [InlineData(null, "{\"exists\":false}", true)]
    [InlineData(null, "17", false)]
    [InlineData("abc", "{\"matches\":\"^a\"}", true)]
    [InlineData("17", "{{y}}", false)]
    public void Holds_Value_IsCompared(string? x, string comparison, bool holds)
    {
        var trip = Trip.Of(Trip.Scenario(
            Trip.Step(Trip.GivesX), Trip.Step(Trip.Get("/") with { Extract = Trip.Extract(("y", "$.y")) }),
            If(new StepCondition { Value = Trip.Extract(("x", comparison)) }, [Named("b")], [])));
        trip.Render(0);
        if (x is not null)
        {
            Assert.True(trip.Answer(0, $"{{\"x\":\"{x}\"}}").IsOk);
        }
        Assert.Equal(holds, trip.Values.Holds(trip.Journey.Conditions[0], 200));
    }

    [Fact]
    public void Holds_Chance_IsDrawnFromTheSession()
    {
        var trip = Trip.Of(Trip.Scenario(Named("a"), If(new StepCondition { Chance = 0.3 }, [Named("b")], [])));
        List<bool> Draws()
        {
            var draws = new List<bool>();
            for (var session = 0; session < 2_000; session++)
            {
                trip.Values.Begin(5, 3, session, trip.Journey);
                draws.Add(trip.Values.Holds(trip.Journey.Conditions[0], 200));
            }
            return draws;
        }
        var draws = Draws();
        Assert.InRange(draws.Count(static drawn => drawn), 500, 700);
        Assert.Equal(draws, Draws());
    }

    [Fact]
    public void Compile_Steps_AreNumberedOverAllJourneys()
    {
        var scenario = Trip.Scenario(Named("a"), Times(2, Named("b")));
        var plan = Trip.Compile(scenario with
        {
            Journeys = [scenario.Journeys[0] with { Setup = [Named("s")] }, new JourneySpec { Name = "k", Steps = [Trip.Step(Trip.Get("/orders/{{id}}/x?y={{id}}") with { Extract = Trip.Extract(("id", "$.id")) })] }],
            Setup = [Named("up")],
        });
        Assert.Equal(["s", "a", "b", "GET /orders/{id}/x", "up"], plan.Steps.Select(static step => step.Name));
        Assert.Equal([0, 1, 2, 3, 4], plan.Steps.Select(static step => step.Index));
        Assert.Equal(["j", "k"], plan.Journeys.Select(static journey => journey.Name));
        Assert.Equal("setup", plan.Setup!.Name);
        Assert.Null(plan.Teardown);
        Assert.Equal([InstructionKind.Send, InstructionKind.End], plan.Journeys[0].Setup.Select(static instruction => instruction.Kind));
    }

    private static string Told(Trip trip, Func<int, string, (int Status, string Body)>? answer = null)
    {
        var told = new List<string>();
        var (status, sent) = (0, 0);
        var cursor = new JourneyCursor(trip.Journey, trip.Journey.Program);
        while (told.Count < 100)
        {
            var next = cursor.Next(trip.Values, status);
            switch (next.Kind)
            {
                case InstructionKind.End:
                    Assert.Equal(InstructionKind.End, cursor.Next(trip.Values, status).Kind);
                    return string.Join(' ', told);
                case InstructionKind.LoopNext:
                    return string.Join(' ', told.Append("LIMIT"));
                case InstructionKind.Pause:
                    told.Add(FormattableString.Invariant($"pause:{trip.Journey.Pauses[next.Argument].Mean.TotalSeconds}"));
                    break;
                case InstructionKind.GroupStart:
                    told.Add("<" + trip.Journey.Groups[next.Argument]);
                    break;
                case InstructionKind.GroupEnd:
                    told.Add(trip.Journey.Groups[next.Argument] + ">");
                    break;
                default:
                    var step = trip.Journey.Steps[next.Argument];
                    told.Add(step.Name);
                    Assert.True(step.TryRender(trip.Values, trip.Request, out _));
                    (status, var body) = answer?.Invoke(++sent, step.Name) ?? (200, "{}");
                    Assert.Equal(StepResult.Ok, step.Read(Trip.Exchange(body, status), trip.Values));
                    break;
            }
        }
        return "endless";
    }

    private static StepSpec Named(string name) => Trip.Step(Trip.Get("/" + name), name);

    private static StepCondition Value(string name, string comparison) => new() { Value = Trip.Extract((name, comparison)) };

    private static StepSpec If(StepCondition condition, ImmutableArray<StepSpec> then, ImmutableArray<StepSpec> otherwise) =>
        new() { If = new BranchSpec { Condition = condition, Then = then, Else = otherwise } };

    private static StepSpec Times(int times, params StepSpec[] steps) => new() { Loop = new LoopSpec { Times = times, Steps = [.. steps] } };
}
