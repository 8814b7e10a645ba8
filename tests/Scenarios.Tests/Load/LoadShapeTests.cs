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
}
