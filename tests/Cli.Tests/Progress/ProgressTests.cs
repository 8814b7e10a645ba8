using ApeTest.Cli.Progress;
using ApeTest.Runs.Control;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests.Progress;

public sealed class ProgressTests
{
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
            return new RunSnapshot(Progress());
        }, end.Token);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(written.Reader.TryRead(out _));
        time.Advance(TimeSpan.FromSeconds(1));
        await written.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within(TestContext.Current.CancellationToken);
        await end.CancelAsync();
        await shown.Within(TestContext.Current.CancellationToken);

        Assert.Equal("15 s: 20 agents, 398 succeeded, 9 not, rate 98.0 %, MTBA 212 ms, TTFT p95 6.00 ms, 15 s left\n", error.ToString());
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

    internal static CliEnvironment EnvironmentOf(TextWriter error, TimeProvider time, Dictionary<string, string>? variables = null, IKeySource? keys = null) => new()
    {
        Out = TextWriter.Null,
        Error = error,
        In = TextReader.Null,
        Variables = variables ?? [],
        CurrentDirectory = AppContext.BaseDirectory,
        Time = time,
        Signals = new FakeSignals(),
        Keys = keys,
    };

    private static RunProgress Progress() => LiveRun.Progress() with { AgentsActive = 20 };
}
