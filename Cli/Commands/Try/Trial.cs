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

/// <summary>One agent, one session of one goal or journey, as a run of its own; for <c>try</c> and for <c>validate --dry-run</c>.</summary>
internal sealed class Trial(CliEnvironment environment, ScenarioInput input, TrialOptions options)
{
    private const string MustSucceed = "session_success >= 1";

    /// <summary>
    /// Runs the session and tells it to <paramref name="view"/> as it goes on. The first signal cancels the session; one that comes before
    /// there is a session throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<TrialResult> RunAsync(ITrialView view, StopLadder ladder)
    {
        // 1. Which one, before anything is started.
        OnlyPicked(LocalRun.Load(input).ThrowIfInvalid());

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

    /// <summary>The scenario as one session: one agent, no load, the goal or journey, the row. What must hold is that it succeeds.</summary>
    private Scenario OneSession(Scenario scenario) => OnlyPicked(scenario) with
    {
        Agents = 1,
        Iterations = 1,
        Duration = null,
        Load = new LoadSpec(),
        Data = scenario.Data.SetItems(scenario.Data.Select(feed => KeyValuePair.Create(feed.Key, FromRow(feed.Value)))),
        Thresholds = [ThresholdExpression.Parse(MustSucceed, "default")],
        Telemetry = new TelemetrySpec { Sample = 1 },
    };

    private Scenario OnlyPicked(Scenario scenario)
    {
        var names = scenario.Goals.Select(static goal => goal.Name).Concat(scenario.Journeys.Select(static journey => journey.Name)).ToList();
        var name = options.Pick ?? names[0];
        if (!names.Contains(name))
        {
            throw new ApeTestException($"the scenario has no goal or journey '{name}'",
                UnknownWord.Nearest(name, names) is { } meant ? $"Did you mean '{meant}'?" : $"It has: {string.Join(", ", names)}.", ExitCodes.Input);
        }
        return scenario with
        {
            Goals = [.. scenario.Goals.Where(goal => goal.Name == name)],
            Journeys = [.. scenario.Journeys.Where(journey => journey.Name == name)],
        };
    }

    /// <summary>The only session takes the first row: the one asked for is put there.</summary>
    private FeedSpec FromRow(FeedSpec feed) => feed with { Rows = [feed.Rows[(options.Row - 1) % feed.Rows.Length]] };
}
