using System.Diagnostics;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ApeTest.Agent.Tests.Workers;

/// <summary>A worker on its own: what it reads from its environment, and how it ends.</summary>
public sealed class WorkerProcessTests
{
    [Fact]
    public void FromEnvironment_WorkersOwn_AreRead()
    {
        var options = AgentOptions.FromEnvironment(name => name switch
        {
            "APETEST_AGENT__NAME" => "worker-3",
            "APETEST_AGENT__BLOCKS" => "4",
            "APETEST_AGENT__DRAIN" => "1m30s",
            _ => null,
        });

        Assert.Equal(("worker-3", 4, TimeSpan.FromSeconds(90)), (options.WorkerName, options.MaxBlocks, options.ShutdownDrain));
    }

    [Theory]
    [InlineData("APETEST_AGENT__BLOCKS", "0", "a whole number from 1")]
    [InlineData("APETEST_AGENT__BLOCKS", "many", "a whole number from 1")]
    [InlineData("APETEST_AGENT__DRAIN", "30", "a duration of at most 1d")]
    [InlineData("APETEST_AGENT__DRAIN", "2d", "a duration of at most 1d")]
    public void FromEnvironment_BadValue_IsNamedWithTheRule(string variable, string value, string rule)
    {
        var error = Assert.Throws<ApeTestException>(() => AgentOptions.FromEnvironment(name => name == variable ? value : null));

        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.Contains($"{variable}='{value}' is not {rule}", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData(null, "not set")]
    [InlineData("memory", "lives inside one process")]
    [InlineData("Port=5432;Password=hunter2", "it names no host")]
    public async Task Process_WithoutAQueueItCanReach_SaysWhyAndExits2(string? queue, string reason)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ApeTest.Agent.dll"), "--urls", "http://127.0.0.1:0"]) { RedirectStandardError = true };
        start.Environment.Remove("APETEST_QUEUE");
        if (queue is not null)
        {
            start.Environment["APETEST_QUEUE"] = queue;
        }
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, process.ExitCode);
        Assert.StartsWith("agent: ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminated_SessionsUnderWay_AreFinishedAndReportedBeforeTheHostEnds()
    {
        await using var rig = await StartAsync(TimeSpan.FromMinutes(5));

        rig.Terminate();
        await rig.DrainingAsync();
        rig.Gate.SetResult();
        await rig.EndedAsync();

        var totals = await rig.Watching;
        Assert.Equal((5, 5), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
    }

    [Fact]
    public async Task Terminated_SessionsLongerThanTheGrace_AreAborted()
    {
        await using var rig = await StartAsync(TimeSpan.FromMilliseconds(200));

        rig.Terminate();
        await rig.EndedAsync();

        var totals = await rig.Watching;
        Assert.Equal((5, 5), (totals.Started, totals.Ended(SessionOutcome.Aborted)));
        Assert.All(totals.Sessions, record => Assert.Equal("worker_stopped", record.Reason));
    }

    [Fact]
    public async Task SecondSignal_WhileItDrains_AbortsAtOnce()
    {
        await using var rig = await StartAsync(TimeSpan.FromMinutes(5));
        using var signals = new SecondSignal(rig.Host.App.Services.GetRequiredService<AgentWorker>());

        signals.Heard();
        rig.Terminate();
        await rig.DrainingAsync();
        Assert.Equal(0, rig.Ended);
        signals.Heard();
        await rig.EndedAsync();

        var totals = await rig.Watching;
        Assert.Equal((5, 5), (totals.Started, totals.Ended(SessionOutcome.Aborted)));
        Assert.All(totals.Sessions, record => Assert.Equal("worker_stopped", record.Reason));
    }

    [Fact]
    public async Task Terminated_BlockUnfinished_SuccessorGoesOnAfterItsLastSessions()
    {
        await using var rig = await StartAsync(TimeSpan.FromMinutes(5));

        rig.Terminate();
        await rig.DrainingAsync();
        Assert.Null(await rig.Host.Queue.ClaimAsync("w2", TestContext.Current.CancellationToken));
        rig.Gate.SetResult();
        BlockLease? lease = null;
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (lease is null)
        {
            lease = await rig.Host.Queue.ClaimAsync("w2", limit.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }

        Assert.Equal(2, lease.Epoch);
        Assert.Equal(Enumerable.Range(0, 5).Select(static slot => (slot, 1, (string?)null)), lease.Resume.Select(static slot => (slot.Slot, slot.Next, slot.Goal)));
        await rig.Host.Queue.SignalAsync(rig.Run, new RunSignal(RunSignalKind.Abort), TestContext.Current.CancellationToken);
        await rig.Host.Queue.AppendAsync(new BlockRecorder(lease.Plan, lease.Block, lease.Epoch, "w2", TimeProvider.System).Drain(final: true), TestContext.Current.CancellationToken);
        var totals = await rig.Watching;
        Assert.Equal((5, 5), (totals.Started, totals.Ended(SessionOutcome.Succeeded)));
    }

    private static async Task<Rig> StartAsync(TimeSpan drain)
    {
        var target = await FakeTarget.StartAsync();
        var rig = new Rig(target, await FakeChatServer.StartAsync(Replies.Shopper));
        await rig.StartAsync(drain);
        return rig;
    }

    /// <summary>Five sessions that wait at the target, in a worker under a host's real lifetime.</summary>
    private sealed class Rig(FakeTarget target, FakeChatServer server) : IAsyncDisposable
    {
        public WorkerHost Host { get; private set; } = null!;

        public string Run { get; private set; } = "";

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RunTotals> Watching { get; private set; } = null!;

        /// <summary>Sessions that have ended so far.</summary>
        public int Ended { get; private set; }

        public async Task StartAsync(TimeSpan drain)
        {
            var waiting = 0;
            var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            target.Fault = async (context, _) =>
            {
                if (Interlocked.Increment(ref waiting) == 5)
                {
                    all.SetResult();
                }
                await Gate.Task.WaitAsync(context.RequestAborted);
                return false;
            };
            Host = await WorkerHost.StartAsync(server.Url, change: options => options.ShutdownDrain = drain);
            var plan = Plans.Of(target.Url, scenario => scenario with { Agents = 5, Iterations = null, Duration = TimeSpan.FromMinutes(5), GracefulStop = TimeSpan.FromMinutes(5) });
            Run = plan.Run;
            Watching = Host.RunAsync(plan, (_, soFar) =>
            {
                Ended = soFar.Sessions.Count;
                return Task.CompletedTask;
            });
            await all.Task.Within(TestContext.Current.CancellationToken);
        }

        /// <summary>What the console lifetime does at SIGTERM.</summary>
        public void Terminate()
        {
            _ = Host.App.WaitForShutdownAsync(TestContext.Current.CancellationToken);
            Host.App.Lifetime.StopApplication();
        }

        /// <summary>Until no session starts any more.</summary>
        public Task DrainingAsync() => Host.App.Services.GetRequiredService<AgentWorker>().Draining.Within(TestContext.Current.CancellationToken);

        public async Task EndedAsync()
        {
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = Host.App.Lifetime.ApplicationStopped.Register(() => stopped.TrySetResult());
            await stopped.Task.Within(TestContext.Current.CancellationToken);
            // The block was given back, for others to go on with; here are none.
            await Host.Queue.SignalAsync(Run, new RunSignal(RunSignalKind.Abort), TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            Gate.TrySetResult();
            await Host.DisposeAsync();
            await server.DisposeAsync();
            await target.DisposeAsync();
        }
    }
}
