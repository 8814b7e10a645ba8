using System.Collections.Immutable;
using ApeTest.Agent.Sessions;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Input;
using ApeTest.Cli.Signals;
using ApeTest.Observability.Collecting;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Cli.Commands.Try;

/// <summary>One agent, one session of one goal, as a run of its own; for <c>try</c> and for <c>validate --dry-run</c>.</summary>
internal sealed class Trial(CliEnvironment environment, ScenarioInput input, TrialOptions options)
{
    private const string MustSucceed = "session_success >= 1";

    /// <summary>
    /// Runs the session and tells it to <paramref name="view"/> as it goes on. The first signal cancels the session; one that comes before
    /// there is a session throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<TrialResult> RunAsync(ITrialView view, StopLadder ladder)
    {
        // 1. The goal, before anything is started.
        Pick(LocalRun.Load(input).ThrowIfInvalid());

        // 2. The run.
        var feed = new SessionFeed();
        Scenario? judged = null;
        await using var run = await LocalRun.StartAsync(environment, input, new LocalRunOptions
        {
            Confirmed = options.Confirmed,
            Notice = environment.Error.WriteLine,
            Observer = feed,
            Adjust = scenario => OneSession(judged = scenario),
        }, ladder.Drain);
        var start = new TrialStart(judged!, run.Plan);
        view.Begin(start);

        // 3. Tell it.
        await using var stop = ladder.Drain.Register(() => _ = run.Collector.StopAsync(now: true, "interrupted", CancellationToken.None));
        _ = EndWithAsync(run.Collector, feed);
        var events = ImmutableArray.CreateBuilder<SessionEvent>();
        await foreach (var happened in feed.ReadAllAsync())
        {
            events.Add(happened);
            view.Show(happened);
        }

        // 4. What came of it.
        var result = new TrialResult(start, events.ToImmutable(), await run.Collector.Completion, ladder.First);
        view.End(result);
        return result;
    }

    private static async Task EndWithAsync(CollectedRun collector, SessionFeed feed)
    {
        await ((Task)collector.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        feed.End();
    }

    /// <summary>The scenario as one session: one agent, no load, the goal, the row. What must hold is that it succeeds.</summary>
    private Scenario OneSession(Scenario scenario) => scenario with
    {
        Agents = 1,
        Iterations = 1,
        Duration = null,
        Load = new LoadSpec(),
        Goals = [Pick(scenario)],
        Data = scenario.Data.SetItems(scenario.Data.Select(feed => KeyValuePair.Create(feed.Key, FromRow(feed.Value)))),
        Thresholds = [ThresholdExpression.Parse(MustSucceed, "default")],
        Telemetry = new TelemetrySpec(),
    };

    private GoalSpec Pick(Scenario scenario)
    {
        if (options.Goal is not { } name)
        {
            return scenario.Goals[0];
        }
        return scenario.Goals.FirstOrDefault(goal => goal.Name == name) ?? throw new ApeTestException($"the scenario has no goal '{name}'",
            UnknownWord.Nearest(name, scenario.Goals.Select(goal => goal.Name)) is { } meant
                ? $"Did you mean '{meant}'?"
                : $"It has: {string.Join(", ", scenario.Goals.Select(goal => goal.Name))}.", ExitCodes.Input);
    }

    /// <summary>The only session takes the first row: the one asked for is put there.</summary>
    private FeedSpec FromRow(FeedSpec feed) => feed with { Rows = [feed.Rows[(options.Row - 1) % feed.Rows.Length]] };
}
