using ApeTest.ServiceDefaults.Metrics;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

public sealed class LabelNamesTests
{
    [Fact]
    public void Of_MoreThanTheBound_TheFirstKeepTheirNames()
    {
        var names = new LabelNames(2);

        Assert.Equal(["a", "b", "a", LabelNames.Other, "b", LabelNames.Other], new[] { "a", "b", "a", "c", "b", "d" }.Select(names.Of));
    }

    [Fact]
    public void Has_WithoutAdding_TakesNoRoom()
    {
        var names = new LabelNames(1);

        Assert.False(names.Has("a", add: false));
        Assert.Equal("b", names.Of("b"));
        Assert.True(names.Has("b", add: false));
        Assert.Equal(LabelNames.Other, names.Of("a"));
    }

    [Fact]
    public void Of_ManyThreads_NeverMoreThanTheBound()
    {
        var names = new LabelNames(50);
        var seen = new string[8][];

        Parallel.For(0, seen.Length, thread => seen[thread] = [.. Enumerable.Range(0, 1000).Select(i => names.Of($"{(i + (thread * 37)) % 1000}"))]);

        Assert.Equal(51, seen.SelectMany(static all => all).Distinct().Count());
    }
}
