using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>Runs that wait for each other (<c>start --queue</c>), as processes of their own.</summary>
public sealed class QueueTests : IDisposable
{
    private static readonly string[] _endless = ["start", "--queue", "--agents", "2", "--duration", "10m", "--think", "20ms"];
    private static readonly string[] _short = ["start", "--queue", "--agents", "1", "--iterations", "1"];

    private readonly TempDirectory _here = new();
    private readonly TempDirectory _there = new();
    private readonly TempDirectory _state = new();

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task Queue_SecondRunOfTheSameTarget_BeginsWhenTheFirstHasEnded()
    {
        await using var first = Start(_here, _endless);
        await first.Running;
        await using var second = Start(_here, _short);
        await ApeShell.UntilAsync(() => Statuses(_here) is ["queued", "running"]);

        var runs = await RunAsync(_here, "runs");
        var status = await RunAsync(_here, "status");
        first.Signal("INT");
        var began = await second.EndAsync();

        began.Exits(0);
        (await first.EndAsync()).Exits(130);
        var list = RunDirectoryReader.List(RunDirectory.RunsRoot(_here.Path));
        Assert.Matches($@"{list[0].Run}\s.*\squeued\s[\s\S]*{list[1].Run}\s.*\srunning\s", runs.Out);
        Assert.Contains(list[1].Run, status.Out, StringComparison.Ordinal);
        Assert.Contains($"run {list[0].Run} waits for run {list[1].Run}, which has the sample shop; it is the next, ", began.Error, StringComparison.Ordinal);
        Assert.Contains($"run {list[0].Run} has its turn after ", began.Error, StringComparison.Ordinal);
        var (before, after) = (RunDirectoryReader.ReadSummary(list[1])!.Run, RunDirectoryReader.ReadSummary(list[0])!.Run);
        Assert.True(after.Started >= before.Started!.Value.AddSeconds(before.DurationS), $"{before.Started} + {before.DurationS} s, then {after.Started}");
    }

    [Fact]
    public async Task Queue_RunOfAnotherDirectoryThatWasKilled_HoldsNobodyUp()
    {
        await using var first = Start(_there, _endless);
        await first.Running;
        await using var second = Start(_here, _short);
        await ApeShell.UntilAsync(() => Statuses(_here) is ["queued"]);

        first.Signal("KILL");
        var began = await second.EndAsync();

        began.Exits(0);
        Assert.Contains($"(started in {_there.Path})", began.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_AnotherTarget_DoesNotWait()
    {
        await using var first = Start(_here, _endless);
        await first.Running;
        using var target = new SilentTarget();
        await using var second = Start(_there, "start", "--queue", "--target", target.Url, "--goal", "Log in.", "--success", "login=200");

        await target.ConnectedAsync();

        Assert.Equal(["running"], Statuses(_here));
    }

    [Fact]
    public async Task Queue_InterruptedWhileItWaits_LeavesNothing()
    {
        await using var first = Start(_there, _endless);
        await first.Running;
        await using var second = Start(_here, _short);
        await ApeShell.UntilAsync(() => Statuses(_here) is ["queued"]);

        second.Signal("INT");
        var ended = await second.EndAsync();

        ended.Exits(130);
        Assert.Contains("nothing is left of it", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_here.Combine(".ape")));
        Assert.Single(Directory.GetFiles(_state.Path, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Queue_InTheBackground_TellsItsIdAtOnceAndCanBeStopped()
    {
        await using var first = Start(_there, _endless);
        await first.Running;

        var id = (await RunAsync(_here, [.. _short, "--detach"])).Exits(0).Out.Trim();
        var stopped = (await RunAsync(_here, "stop", id)).Exits(0);

        Assert.Contains($"{id} was stopped before it began", stopped.Out, StringComparison.Ordinal);
        Assert.Equal(["stopped"], Statuses(_here));
        Assert.Equal(["running"], Statuses(_there));
        await ApeShell.UntilAsync(() => ApeShell.ProcessesIn(_here).Count == 0);
    }

    private static List<string> Statuses(TempDirectory directory) =>
        [.. RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)).Select(static run => RunDirectoryReader.StatusOf(run, TimeProvider.System).Status)];

    private Dictionary<string, string> Variables => new() { ["XDG_STATE_HOME"] = _state.Path };

    private ApeProcess Start(TempDirectory directory, params string[] arguments) => ApeProcess.StartWith(directory, Variables, arguments);

    private Task<ApeResult> RunAsync(TempDirectory directory, params string[] arguments) => ApeProcess.RunWithAsync(directory, Variables, arguments);
}
