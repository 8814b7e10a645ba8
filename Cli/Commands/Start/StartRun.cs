using ApeTest.Cli.Errors;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Execution.Turns;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Progress;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Start;

/// <summary>One run in this process, from the scenario to the exit code.</summary>
internal sealed class StartRun(CliEnvironment environment, StartRequest request)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly StartMessages _messages = new(environment, request.Quiet);
    private volatile string? _stopping;
    private volatile string? _waiting;

    /// <summary>1. Judge the input. 2. Make everything ready and release the agents. 3. Follow the run. 4. Tell the result.</summary>
    public async Task<int> RunAsync()
    {
        // 1. Input: nothing is started or written for a mistake in it.
        using var ladder = new StopLadder(environment.Signals);
        var scenario = LocalRun.Load(request.Input).ThrowIfInvalid();
        var workers = request.Workers is { } count ? WorkerRequest.Local(count, environment) : null;
        SummaryOutput.CheckWritable(environment, request.OutFile);
        if (request.Queue && environment.Detached is null)
        {
            // Nobody may be there any more when it is the run's turn.
            new TargetConsent(environment, request.Confirmed).Ask(scenario, ToolCatalog.Generic(scenario.Target.Url));
        }

        // 2. The run, at its turn.
        using var turn = new RunTurn(environment, scenario, request.Input.IsDemonstration, request.Queue, _messages.Say);
        LocalRun run;
        try
        {
            run = await LocalRun.StartAsync(environment, request.Input, new LocalRunOptions
            {
                // In the background nobody can answer; the command that started it has asked.
                Confirmed = request.Confirmed || request.Queue || environment.Detached is not null,
                Notice = _messages.Say,
                Workers = workers,
                Turn = turn.TakeAsync,
                Ready = judged => _messages.Starting(request.Input, judged),
            }, ladder.Drain);
        }
        catch (Exception e) when (e is OperationCanceledException or ApeTestException && ladder.First is not null)
        {
            // Whatever a check that was given up says of the target, the signal ended this.
            _messages.Say("stopped before the run began; nothing is left of it");
            return ladder.ExitCode!.Value;
        }
        await using var _ = run;
        _messages.Running(run.Plan);
        _messages.Say($"  watch it: {run.Dashboard}");
        if (environment.Detached is { } detached && !turn.IsAnnounced)
        {
            await run.Collector.Begun.WaitAsync(ladder.Drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            detached.Running(run.Directory);
        }

        // 3. Follow.
        if (await FollowAsync(run, ladder) is not { } summary)
        {
            ErrorReport.Write(environment, $"the run queue's database {run.Database!.Display} no longer answers; run {run.Plan.Run} is given up",
                $"What was known of it until then: {run.Directory.SummaryFile}");
            return ladder.ExitCode ?? ExitCodes.Environment;
        }
        if (run.Cassette is { LeftOut: > 0 } cassette)
        {
            _messages.Say($"warning: {Show.Count(cassette.LeftOut)} exchanges with the model are not in {run.Plan.Scenario.Llm.Cassette!.File}: {cassette.Reason}; a replay misses them");
        }

        await run.KeepAsync(summary);

        // 4. Result. What the teardown left behind is told with --quiet too.
        var failure = await run.EndAsync();
        var code = await new SummaryOutput(environment, request).WriteAsync(summary, run.Directory, run.Plan.Scenario.Goals.IsEmpty ? null : run.Plan.Scenario.Llm.Model, ladder.First);
        if (failure is not null)
        {
            ErrorReport.Write(environment, failure.Message, failure.Hint);
            code = code == ExitCodes.Done ? ExitCodes.Partial : code;
        }
        return KeptFiles.Judge(environment, run.Collector, code);
    }

    /// <summary>The summary once the run has ended; null where its database stays away.</summary>
    private async Task<RunSummary?> FollowAsync(LocalRun run, StopLadder ladder)
    {
        var collector = run.Collector;
        using var end = new CancellationTokenSource();
        var view = Views.Of(environment, request.Quiet, request.NoColor, new RunControls(collector, ladder, environment.Time));
        await using var drain = ladder.Drain.Register(() => _ = StopAsync(collector, view, now: false, end.Token));
        await using var abort = ladder.Abort.Register(() => _ = StopAsync(collector, view, now: true, end.Token));
        var shown = view.ShowAsync(() => new RunSnapshot(collector.Progress, _waiting ?? _stopping), end.Token);
        try
        {
            return run.Database is { } database ? await new DatabaseWatch(database, environment.Time, (isAway, text) => Waiting(view, isAway, text)).UntilEndedAsync(collector.Completion, ladder.Abort)
                : await collector.Completion;
        }
        finally
        {
            await end.CancelAsync();
            await shown;
        }
    }

    // Lines would break a live view, which has a row for it.
    private void Waiting(IRunProgressView view, bool isAway, string text)
    {
        _waiting = isAway ? text : null;
        if (!view.ShowsStopping)
        {
            _messages.Say(text);
        }
    }

    private async Task StopAsync(CollectedRun collector, IRunProgressView view, bool now, CancellationToken cancellationToken)
    {
        _stopping = StartMessages.Stopping(now);
        if (!view.ShowsStopping)
        {
            _messages.Say(_stopping);
        }
        // In memory it has taken effect when it returns; a database may be away.
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await collector.StopAsync(now, "interrupted", cancellationToken);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is System.Data.Common.DbException or TimeoutException or IOException)
            {
                await Task.Delay(Again, environment.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
