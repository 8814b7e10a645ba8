using ApeTest.Runs.Ids;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Ids;

public sealed class RunIdTests
{
    [Fact]
    public void New_AtAKnownTime_IsUtcSecondAndFourHexDigits()
    {
        var id = RunId.New(new FakeTimeProvider(new DateTimeOffset(2026, 11, 21, 14, 15, 2, TimeSpan.FromHours(1))), new Random(1));

        Assert.Matches("^20261121-131502-[0-9a-f]{4}$", id);
        Assert.True(RunId.TryParse(id, out var submitted));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 13, 15, 2, TimeSpan.Zero), submitted);
    }

    [Fact]
    public void New_OneAfterTheOther_SortByTime()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 21, 13, 15, 2, TimeSpan.Zero));
        var random = new Random(1);
        var ids = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add(RunId.New(time, random));
            time.Advance(TimeSpan.FromMilliseconds(62.5));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(40, ids.Distinct().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("20261321-131502-7f3a")]
    [InlineData("20261121-131502-7F3A")]
    [InlineData("20261121-131502-7f3g")]
    [InlineData("20261121-131502-7f3a0")]
    [InlineData("../../../../../../ab")]
    public void IsValid_NoId_IsFalse(string? text) => Assert.False(RunId.IsValid(text));

    [Theory]
    [InlineData("7f3a", true)]
    [InlineData("7F", true)]
    [InlineData("20261121-13", true)]
    [InlineData("f3a", false)]
    [InlineData("", false)]
    public void Matches_PartOfAnId_OnlyBeginnings(string text, bool matches) => Assert.Equal(matches, RunId.Matches(TestRun.Id, text));
}
