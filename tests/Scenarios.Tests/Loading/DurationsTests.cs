using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1.5s", 1500)]
    [InlineData(" 1m 30s ", 90_000)]
    [InlineData("250us", 0.25)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    public void TryParse_Duration_IsRead(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5x")]
    [InlineData("5s5s")]
    [InlineData("5s1m")]
    [InlineData("1.2.3s")]
    [InlineData("1e9s")]
    [InlineData("999999999999999999999d")]
    [InlineData("367d")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("1h30m")]
    [InlineData("1d2h3m4s5ms6us")]
    [InlineData("500ms")]
    [InlineData("1m")]
    [InlineData("0")]
    public void Format_ParsedDuration_IsTheSameText(string text)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(text, Durations.Format(duration));
    }

    [Fact]
    public void Format_OneTick_SurvivesTheRoundTrip()
    {
        Assert.True(Durations.TryParse(Durations.Format(TimeSpan.FromTicks(1)), out var duration));
        Assert.Equal(1, duration.Ticks);
    }
}
