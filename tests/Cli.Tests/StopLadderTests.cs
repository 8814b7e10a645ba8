using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class StopLadderTests
{
    [Fact]
    public async Task Signals_OneAfterAnother_DrainThenAbort()
    {
        var signals = new FakeSignals();
        using var ladder = new StopLadder(signals);
        Assert.Null(ladder.ExitCode);

        signals.Send(StopSignal.Interrupt);
        await Cancelled(ladder.Drain);
        Assert.False(ladder.Abort.IsCancellationRequested);
        Assert.Equal(ExitCodes.Interrupted, ladder.ExitCode);

        signals.Send(StopSignal.Terminate);
        await Cancelled(ladder.Abort);
        Assert.Equal(ExitCodes.Interrupted, ladder.ExitCode);
    }

    [Fact]
    public async Task Terminate_First_Exits143()
    {
        var signals = new FakeSignals();
        using var ladder = new StopLadder(signals);

        signals.Send(StopSignal.Terminate);

        await Cancelled(ladder.Drain);
        Assert.Equal(ExitCodes.Terminated, ladder.ExitCode);
    }

    private static async Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = token.Register(cancelled.SetResult);
        await ApeTest.Tests.Shared.TestTimeouts.Within(cancelled.Task, TestContext.Current.CancellationToken);
    }
}
