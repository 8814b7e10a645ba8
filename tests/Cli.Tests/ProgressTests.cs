using ApeTest.Cli.Progress;
using ApeTest.Runs.Control;
using ApeTest.Tests.Shared;
using Spectre.Console;

namespace ApeTest.Cli.Tests;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(null, 80)]
    [InlineData("stopping now: running sessions are cancelled", 80)]
    [InlineData(null, 40)]
    [InlineData("stopping now: running sessions are cancelled", 40)]
    public void LiveView_OfABusyRun_FitsTheTerminal(string? stopping, int width)
    {
        var many = SummaryFixture.Full();
        many = many with { Http = [.. Enumerable.Repeat(many.Http[1], 30)] };
        using var output = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        console.Profile.Width = width;

        console.Write(LiveView.Of(new RunSnapshot(Progress(), many, stopping), LiveProgress.Hint, width));

        var lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 10, 24);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => line.Contains(width == 80 ? "model 80.0 ms" : "think 100 ms", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(stopping?[..20] ?? "Ctrl+C", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Length == 0);
    }

    [Theory]
    [InlineData(false, 0, 0, 1, "starting")]
    [InlineData(false, 412, 20, 15, "15 s left")]
    [InlineData(true, 412, 3, 31, "draining, 3 sessions still running")]
    [InlineData(true, 412, 1, 15, "draining, 1 session still running")]
    public void Phase_OfARun_SaysWhatGoesOn(bool draining, long sessions, int active, double elapsed, string phase)
    {
        var progress = Progress() with { Draining = draining, SessionsStarted = sessions, Actions = sessions, AgentsActive = active, ElapsedS = elapsed };

        Assert.Equal(phase, RunPhase.Of(progress));
        Assert.EndsWith($", {phase}", PlainProgress.Line(progress), StringComparison.Ordinal);
        Assert.DoesNotContain("0 ms left", PlainProgress.Line(progress), StringComparison.Ordinal);
    }

    [Fact]
    public void UnfailingWriter_NobodyCanRead_DropsIt()
    {
        using var writer = new UnfailingWriter(new BrokenWriter());

        writer.WriteLine("a message");
        writer.Write("more");
        writer.Write('c');
        writer.Flush();
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("Input/output error");

        public override void Write(string? value) => throw new IOException("Input/output error");

        public override void WriteLine(string? value) => throw new ObjectDisposedException("stderr");

        public override void Flush() => throw new IOException("Input/output error");
    }

    [Fact]
    public async Task PlainProgress_Each10Seconds_WritesOneLine()
    {
        var time = new FakeTimeProvider();
        using var error = new StringWriter { NewLine = "\n" };
        using var end = new CancellationTokenSource();
        var written = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        var view = new PlainProgress(EnvironmentOf(error, time));

        var shown = view.ShowAsync(() =>
        {
            written.Writer.TryWrite(true);
            return new RunSnapshot(Progress(), null);
        }, end.Token);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(written.Reader.TryRead(out _));
        time.Advance(TimeSpan.FromSeconds(1));
        await written.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within(TestContext.Current.CancellationToken);
        await end.CancelAsync();
        await shown.Within(TestContext.Current.CancellationToken);

        Assert.Equal("15 s: 20 agents, 398 succeeded, 9 not, rate 98.0 %, MTBA 212 ms, TTFT p95 6.00 ms, 15 s left\n", error.ToString());
    }

    [Fact]
    public void LiveTerminal_DrawnAgain_TakesThePlaceOfTheFirst()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var terminal = new LiveTerminal(EnvironmentOf(output, TimeProvider.System), output, noColor: true);
        var snapshot = new RunSnapshot(Progress(), null);

        terminal.Draw(snapshot, LiveProgress.Hint);
        var first = output.ToString();
        terminal.Draw(snapshot, LiveProgress.Hint);
        terminal.Clear();

        var back = $"\r\e[{first.Split('\n').Length - 1}A\e[J";
        Assert.Contains("20 of 20 active", first, StringComparison.Ordinal);
        Assert.Equal(first + back + first + back, output.ToString());
    }

    [Theory]
    [InlineData("xterm", true, true)]
    [InlineData("dumb", true, false)]
    [InlineData("xterm", false, false)]
    public void LiveTerminal_OfAStream_NeedsATerminalWithACursor(string term, bool isTerminal, bool can)
    {
        using var error = new StringWriter();
        var environment = EnvironmentOf(error, TimeProvider.System, new Dictionary<string, string> { ["TERM"] = term });

        Assert.Equal(can, LiveTerminal.CanShow(environment, isTerminal));
    }

    private static CliEnvironment EnvironmentOf(TextWriter error, TimeProvider time, Dictionary<string, string>? variables = null) => new()
    {
        Out = TextWriter.Null,
        Error = error,
        In = TextReader.Null,
        Variables = variables ?? [],
        CurrentDirectory = AppContext.BaseDirectory,
        Time = time,
        Signals = new FakeSignals(),
    };

    private static RunProgress Progress() => RunProgress.From(SummaryFixture.Full()) with
    {
        Status = "running",
        ElapsedS = 15,
        DurationS = 30,
        AgentsActive = 20,
        AgentsTarget = 20,
    };
}
