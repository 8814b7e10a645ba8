using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Tests.Load;

public sealed class LoadShapeTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 6)]
    [InlineData(10, 11)]
    [InlineData(100, 11)]
    public void ActiveAgents_Ramp_IsLinearThenConstant(int seconds, int agents)
    {
        var shape = new LoadShape(new LoadSpec { Shape = LoadShapeKind.Ramp, Over = TimeSpan.FromSeconds(10) }, 11, TimeSpan.FromMinutes(1));

        Assert.Equal(agents, shape.ActiveAgents(TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void ActiveAgents_Constant_IsAllFromTheStart() =>
        Assert.Equal(11, new LoadShape(new LoadSpec(), 11, null).ActiveAgents(TimeSpan.Zero));

    [Fact]
    public void StartOf_ThinkTime_SpreadsTheAgentsEvenlyOverIt()
    {
        var shape = new LoadShape(new LoadSpec(), 1000, TimeSpan.FromMinutes(1));
        var starts = Enumerable.Range(0, 1000).Select(slot => shape.StartOf(slot, TimeSpan.FromSeconds(1.5))).ToList();

        Assert.All(starts, start => Assert.InRange(start, TimeSpan.Zero, TimeSpan.FromSeconds(1.5)));
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var (from, to) = (TimeSpan.FromSeconds(0.15 * tenth), TimeSpan.FromSeconds(0.15 * (tenth + 1)));
            Assert.InRange(starts.Count(start => start >= from && start < to), 97, 103);
        }
    }

    [Fact]
    public void StartOf_NoThinkTime_IsAllAtOnce() =>
        Assert.Equal(TimeSpan.Zero, new LoadShape(new LoadSpec(), 1000, null).StartOf(999, TimeSpan.Zero));

    [Fact]
    public void StartOf_LongThinkTimeInAShortRun_TakesAtMostATenthOfIt() =>
        Assert.All(Enumerable.Range(0, 100), slot => Assert.InRange(
            new LoadShape(new LoadSpec(), 100, TimeSpan.FromSeconds(5)).StartOf(slot, TimeSpan.FromMinutes(1)), TimeSpan.Zero, TimeSpan.FromSeconds(0.5)));

    [Fact]
    public void StartOf_Ramp_IsTheRampsOwn() =>
        Assert.Equal(TimeSpan.Zero, new LoadShape(new LoadSpec { Shape = LoadShapeKind.Ramp }, 10, TimeSpan.FromMinutes(1)).StartOf(9, TimeSpan.FromSeconds(5)));
}
