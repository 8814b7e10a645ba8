using ApeTest.Cli.Progress;

namespace ApeTest.Cli.Tests.Progress;

public sealed class LiveViewTests
{
    [Theory]
    [InlineData(79, 23)]
    [InlineData(119, 39)]
    public void View_OfABusyRun_IsAsInTheGoldenFile(int width, int height) =>
        Golden.Check($"live-{width + 1}.txt", LiveRun.Render(LiveRun.Moment(), width, height));

    [Fact]
    public void View_WithLog_KeepsTheLastLines()
    {
        var text = LiveRun.Render(LiveRun.Moment() with { Log = LiveRun.Log, Note = "22 agents asked for" }, 79, 23);

        Golden.Check("live-log.txt", text);
        Assert.Contains("13:15:40", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(79, 23)]
    [InlineData(39, 23)]
    [InlineData(119, 39)]
    [InlineData(79, 12)]
    [InlineData(159, 60)]
    [InlineData(12, 5)]
    public void View_OfAnyRunOnAnyTerminal_FitsAndObeysNobody(int width, int height)
    {
        foreach (var progress in new[] { LiveRun.Progress(), LiveRun.Hostile(), LiveRun.Progress() with { States = null, MtbaParts = null, Last = null, Operations = default, Errors = default, Thresholds = default } })
        {
            foreach (var moment in new[] { LiveRun.Moment(progress), LiveRun.Moment(progress) with { Log = LiveRun.Log, Note = "a note" } })
            {
                var lines = LiveRun.Render(moment, width, height).TrimEnd('\n').Split('\n');

                Assert.InRange(lines.Length, 1, height);
                Assert.All(lines, line => Assert.InRange(new Spectre.Console.Rendering.Segment(line).CellCount(), 0, width));
                Assert.All(lines, line => Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u202e'));
                Assert.StartsWith(LiveRun.Moment().Hint[..5], lines[^1], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void View_Coloured_SaysTheSameInText()
    {
        var coloured = LiveRun.Render(LiveRun.Moment(), 79, 23, coloured: true);

        Assert.Contains("\e[31m6 failed\e[0m", coloured, StringComparison.Ordinal);
        var bare = string.Join('\n', System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9;]*m", string.Empty).Split('\n').Select(line => line.TrimEnd()));
        Assert.Equal(LiveRun.Render(LiveRun.Moment(), 79, 23), bare);
    }

    [Fact]
    public void View_Stopping_SaysWhatWasSetInMotion()
    {
        var moment = LiveRun.Moment() with { Snapshot = new RunSnapshot(LiveRun.Progress() with { Draining = true, AgentsActive = 3 }, "stopping now: running sessions are cancelled") };

        var lines = LiveRun.Render(moment, 79, 23).TrimEnd('\n').Split('\n');

        Assert.Equal("stopping now: running sessions are cancelled", lines[^1]);
        Assert.Contains("draining, 3 sessions still running", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new double[] { 0, 1, 2, 4 }, "▁▃▅█")]
    [InlineData(new double[] { 0, 0 }, "▁▁")]
    [InlineData(new double[] { 3, double.NaN, 3 }, "█ █")]
    [InlineData(new double[] { }, "")]
    public void Sparkline_OfFigures_GoesFromNothingToTheLargest(double[] values, string bars) =>
        Assert.Equal(bars, Sparkline.Of([.. values.Select(value => double.IsNaN(value) ? (double?)null : value)], 10));

    [Fact]
    public void Sparkline_OfMoreThanFits_ShowsTheNewest() => Assert.Equal("▁█", Sparkline.Of([9, 0, 5], 2));
}
