using ApeTest.Runs.Queue;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Tests.Queue;

public sealed class ScaleRangeTests
{
    [Theory]
    [InlineData(null, ScaleRange.MostAgents)]
    [InlineData(300, 300)]
    [InlineData(2_000_000, ScaleRange.MostAgents)]
    public void Of_RoomOfTheProcess_IsTheMost(int? room, int most) => Assert.Equal(most, ScaleRange.Of(TestRun.Plan(20), room).Most);

    [Fact]
    public void Of_RoomBelowTheIterations_SaysThatTheProcessIsFull()
    {
        var range = ScaleRange.Of(Plan(20, scenario => scenario with { Iterations = 100 }), 10);

        Assert.Equal((1, 10), (range.Least, range.Most));
        Assert.Contains("do not fit in its process", range.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ADuration_IsFromOneToWhatAScenarioMayHave()
    {
        var range = ScaleRange.Of(TestRun.Plan(20));

        Assert.Equal((1, ScaleRange.MostAgents), (range.Least, range.Most));
        Assert.Equal([false, true, true, true, false], new[] { 0, 1, 21, 1_000_000, 1_000_001 }.Select(range.Allows));
    }

    [Fact]
    public void Of_Iterations_EndsAtThePlansAgentsAndSaysWhy()
    {
        var range = ScaleRange.Of(Plan(20, scenario => scenario with { Iterations = 100 }));

        Assert.Equal((1, 20), (range.Least, range.Most));
        Assert.StartsWith("Its 100 iterations are shared out over 20 agents", range.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50, 1, "ape-test stop")]
    [InlineData(51, 2, "2 blocks")]
    public void Of_AnArrivalRate_NeedsAnAgentForEachBlock(int agents, int least, string why)
    {
        var range = ScaleRange.Of(Plan(agents, scenario => scenario with { Load = new LoadSpec { Rate = new ArrivalRate(10, TimeSpan.FromSeconds(1)) } }));

        Assert.Equal((least, ScaleRange.MostAgents), (range.Least, range.Most));
        Assert.Contains(why, range.Why, StringComparison.Ordinal);
    }

    private static RunPlan Plan(int agents, Func<Scenario, Scenario> change)
    {
        var plan = TestRun.Plan(agents);
        return plan with { Scenario = change(plan.Scenario) };
    }
}
