using System.Text.Json;
using ApeTest.Cli.Commands.Start;
using ApeTest.Cli.Commands.Start.Detached;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Control;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Stack;

/// <summary>
/// One run on a stack, from the scenario to the exit code: submitted to its collector, followed from here. What is examined before (target, document,
/// model) is examined through the collector, since only the stack's gateway may be able to reach the target.
/// </summary>
internal sealed class StackRun
{
    private readonly CliEnvironment _environment;
    private readonly StartRequest _request;
    private readonly CollectorClient _collector;
    private readonly StopLadder _ladder;
    private readonly StartMessages _messages;

    private StackRun(CliEnvironment environment, StartRequest request, CollectorClient collector, StopLadder ladder)
    {
        (_environment, _request, _collector, _ladder) = (environment, request, collector, ladder);
        _messages = new StartMessages(environment, request.Quiet);
    }

    /// <summary>
    /// Runs the scenario of <paramref name="request"/> on the stack of a collector, tells progress and summary as <c>start</c> does, and returns the exit code.
    /// A mistake or an absent stack throws <see cref="ApeTestException"/>; there is no run then.
    /// </summary>
    /// <param name="environment">Where it is told.</param>
    /// <param name="request">What to run, and how it is told.</param>
    /// <param name="collector">Base URL of the collector.</param>
    /// <param name="token">The stack's service token.</param>
    /// <param name="ladder">The first signal drains the run, the second aborts it; before there is a run, the first gives up.</param>
    /// <param name="shop">Where the stack's sample shop is, as its gateway's file has it, for a request that names no target. Null: such a request is refused (exit 2).</param>
    public static async Task<StackOutcome> RunAsync(
        CliEnvironment environment, StartRequest request, Uri collector, string token, StopLadder ladder, Uri? shop = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(request);
        using var client = new CollectorClient(collector, token, environment.Time);
        return await new StackRun(environment, request, client, ladder).RunAsync(new StackPreparation(environment, request, client, token, shop));
    }

    /// <summary>1. Judge the input. 2. Make everything ready and submit. 3. Follow. 4. Tell the result.</summary>
    private async Task<StackOutcome> RunAsync(StackPreparation preparation)
    {
        // 1. Input: nothing is sent for a mistake in it.
        var loaded = preparation.Load();
        SummaryOutput.CheckWritable(_environment, _request.OutFile);

        // 2. The run.
        PreparedRun prepared;
        using var turn = new StackTurn(_environment, _collector, _messages.Say);
        try
        {
            prepared = _request.Queue
                ? await InTurnAsync(turn, preparation, loaded)
                : await preparation.PrepareAsync(loaded, _messages, _ladder.Drain);
        }
        catch (Exception e) when (e is OperationCanceledException or ApeTestException && _ladder.First is not null)
        {
            // Whatever a check that was given up says, the signal ended this.
            _messages.Say("stopped before the run began; nothing is left of it");
            return new StackOutcome(_ladder.ExitCode!.Value);
        }
        var plan = prepared.Plan;
        _messages.Running(plan);
        if (_request.Detach)
        {
            TellDetached(plan.Run);
            return new StackOutcome(ExitCodes.Done, plan.Run);
        }

        // 3. Follow.
        using var run = _collector.Run(plan.Run);
        var summary = await new StackFollower(_environment, _request, run, _ladder, _messages).FollowAsync();
        var failure = await prepared.EndAsync();
        if (summary is null)
        {
            return Lost(plan.Run);
        }

        // 4. Result.
        var model = plan.Scenario.Goals.IsEmpty ? null : plan.Scenario.Llm.Model;
        var code = await new SummaryOutput(_environment, _request).WriteAsync(summary, NotSucceededAsync(run), $"{_collector.Url} (ape-test logs {plan.Run} --stack {_collector.Url})", model, _ladder.First, $"--stack {_collector.Url}");
        if (failure is not null)
        {
            ErrorReport.Write(_environment, failure.Message, failure.Hint);
            code = code == ExitCodes.Done ? ExitCodes.Partial : code;
        }
        return new StackOutcome(code, plan.Run, summary);
    }

    /// <summary>Waits for the turn, and again where somebody elsewhere was faster: only the collector knows, when it takes the run.</summary>
    private async Task<PreparedRun> InTurnAsync(StackTurn turn, StackPreparation preparation, ScenarioLoadResult loaded)
    {
        // Asked now: nobody may be there any more when it is the run's turn.
        var scenario = loaded.ThrowIfInvalid();
        new TargetConsent(_environment, _request.Confirmed).Ask(scenario, ToolCatalog.Generic(scenario.Target.Url));
        for (string? faster = null; ;)
        {
            await turn.TakeAsync(preparation.Run, scenario, faster, _ladder.Drain);
            var prepared = await preparation.PrepareAsync(loaded, _messages, _ladder.Drain);
            if ((faster = prepared.InTheWay) is null)
            {
                return prepared;
            }
        }
    }

    private static async IAsyncEnumerable<SessionRecord> NotSucceededAsync(ControlClient run)
    {
        foreach (var outcome in new[] { SessionOutcome.Failed, SessionOutcome.Stuck, SessionOutcome.AgentError, SessionOutcome.Aborted })
        {
            await foreach (var session in run.GetSessionsAsync(outcome, CancellationToken.None))
            {
                yield return session;
            }
        }
    }

    private StackOutcome Lost(string run)
    {
        ErrorReport.Write(_environment, $"the collector at {_collector.Url} no longer answers; run {run} may go on", $"Once it does: ape-test status {run} --stack {_collector.Url}");
        return new StackOutcome(_ladder.ExitCode ?? ExitCodes.Environment, run);
    }

    private void TellDetached(string run)
    {
        if (_request.Json)
        {
            _environment.Out.WriteLine(JsonSerializer.Serialize(new DetachedRun(run, null, _collector.Url, null), DetachedRunJson.Default.DetachedRun));
            return;
        }
        _environment.Out.WriteLine(run);
        _messages.Say($"  it goes on in the stack: ape-test status {run[^4..]} --watch --stack {_collector.Url}");
    }
}
