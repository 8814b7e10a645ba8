using ApeTest.Cli.Progress;
using ApeTest.Runs.Control;
using ApeTest.Tests.Shared;
using Spectre.Console;

namespace ApeTest.Cli.Tests;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("stopping now: running sessions are cancelled")]
    public void LiveView_OfABusyRun_Fits80By24(string? stopping)
    {
        var many = SummaryFixture.Full();
        many = many with { Http = [.. Enumerable.Repeat(many.Http[1], 30)] };
        using var output = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        console.Profile.Width = 80;

        console.Write(LiveProgress.View(new RunSnapshot(Progress(), many, stopping)));

        var lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 10, 24);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains(lines, line => line.Contains("model 80.0 ms", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(stopping ?? "Ctrl+C", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PlainProgress_Each10Seconds_WritesOneLine()
    {
        var time = new FakeTimeProvider();
        using var error = new StringWriter { NewLine = "\n" };
        using var end = new CancellationTokenSource();
        var written = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        var view = new PlainProgress(new CliEnvironment
        {
            Out = TextWriter.Null,
            Error = error,
            In = TextReader.Null,
            Variables = new Dictionary<string, string>(),
            CurrentDirectory = AppContext.BaseDirectory,
            Time = time,
            Signals = new FakeSignals(),
        });

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

        Assert.Equal("15.0 s: 20 agents, 398 succeeded, 9 not, rate 98.0 %, MTBA 212 ms, TTFT p95 6.00 ms, 15.0 s left\n", error.ToString());
    }

    private static RunProgress Progress() => RunProgress.From(SummaryFixture.Full()) with
    {
        Status = "running",
        ElapsedS = 15,
        DurationS = 30,
        AgentsActive = 20,
        AgentsTarget = 20,
    };
}
