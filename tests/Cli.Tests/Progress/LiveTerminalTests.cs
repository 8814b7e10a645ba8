using ApeTest.Cli.Progress;

namespace ApeTest.Cli.Tests.Progress;

public sealed class LiveTerminalTests
{
    private const string Begin = "\e[?2026h\e[?25l";
    private const string End = "\e[?25h\e[?2026l";

    [Fact]
    public void Draw_OfTheSameMoment_WritesNoRowAgain()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var terminal = Terminal(output);
        terminal.Draw(LiveRun.Moment());
        var first = output.ToString();
        var rows = first.Count(c => c == '\n');
        output.GetStringBuilder().Clear();

        terminal.Draw(LiveRun.Moment());

        Assert.Contains("18 of 20 active", first, StringComparison.Ordinal);
        Assert.Equal($"{Begin}\r\e[{rows}A{new string('\n', rows)}{End}", output.ToString());
    }

    [Fact]
    public void Draw_OfAChange_WritesItsRowOnly()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var terminal = Terminal(output);
        terminal.Draw(LiveRun.Moment());
        output.GetStringBuilder().Clear();

        terminal.Draw(LiveRun.Moment(LiveRun.Progress() with { Aborted = 6 }));

        var written = output.ToString();
        Assert.Contains("6 aborted\e[K\n", written, StringComparison.Ordinal);
        Assert.DoesNotContain("checkout", written, StringComparison.Ordinal);
        Assert.DoesNotContain("TTFT", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Clear_AfterADraw_LeavesNothingAndTheCursor()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var terminal = Terminal(output);
        terminal.Draw(LiveRun.Moment());
        var rows = output.ToString().Count(c => c == '\n');
        output.GetStringBuilder().Clear();

        terminal.Clear();
        terminal.Clear();

        Assert.Equal($"{Begin}\r\e[{rows}A\e[J{End}", output.ToString());
    }

    [Fact]
    public void Draw_OfFewerRows_ErasesTheOthers()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var terminal = Terminal(output);
        terminal.Draw(LiveRun.Moment());
        output.GetStringBuilder().Clear();

        terminal.Draw(LiveRun.Moment(LiveRun.Progress() with { Operations = [] }));

        Assert.EndsWith($"\e[J{End}", output.ToString(), StringComparison.Ordinal);
    }

    private static LiveTerminal Terminal(TextWriter output) => new(ProgressTests.EnvironmentOf(output, TimeProvider.System), output, noColor: true);
}
