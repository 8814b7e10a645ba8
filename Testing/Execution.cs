using System.Collections.Immutable;
using ApeTest.Cli;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Testing;

/// <summary>One run in the process of a test: the pieces of <c>ape-test start</c> without its console and its signals.</summary>
internal sealed class Execution(ApeTestRun run)
{
    private const string SessionSuccess = "session_success";

    // Flags that stand once, of which the last call counts; the others add up.
    private static readonly HashSet<string> Repeatable = new(["--success", "--threshold", "--header"], StringComparer.Ordinal);

    private readonly List<string> _notices = [];

    /// <summary>1. Judge the input. 2. Run, within the limit of time. 3. Read what is left of it.</summary>
    public async Task<ApeTestResult> RunAsync(CancellationToken cancellationToken)
    {
        // Off the test framework's own context: the run must not queue behind tests.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();

        // 1. Input.
        var environment = Environment();
        var input = Input(environment);

        // 2. The run.
        using var timeout = new CancellationTokenSource(run.Timeout ?? System.Threading.Timeout.InfiniteTimeSpan, run.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        LocalRun local;
        try
        {
            local = await LocalRun.StartAsync(environment, input, new LocalRunOptions
            {
                Confirmed = run.IsRemoteAllowed,
                Notice = Notice,
                Ready = judged => _notices.AddRange(judged.Explanation),
            }, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The run did not begin within {Durations.Format(run.Timeout!.Value)}: target or model did not answer. Nothing was sent.");
        }
        await using var _ = local;
        var summary = await FollowAsync(local, either.Token);

        // 3. What is left.
        var teardown = await local.EndAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (timeout.IsCancellationRequested && summary.Run.Status is "aborted")
        {
            throw new TimeoutException($"The run took longer than {Durations.Format(run.Timeout!.Value)} and was aborted after {summary.Sessions.Started} sessions, "
                + $"of which {summary.Sessions.Succeeded} succeeded. What happened is in {local.Directory.Path}.");
        }
        var (sessions, left) = await SessionsAsync(local.Directory);
        return new ApeTestResult(summary, local.Directory.Path, run.WorkingDirectory)
        {
            Sessions = sessions,
            SessionsLeftOut = left,
            Notices = [.. _notices],
            TeardownFailure = teardown?.Message,
        };
    }

    private static async Task<RunSummary> FollowAsync(LocalRun local, CancellationToken abort)
    {
        // In memory: it has taken effect when it returns.
        await using var aborted = abort.Register(() => _ = local.Collector.StopAsync(now: true, "aborted", CancellationToken.None));
        return await local.Collector.Completion;
    }

    private static async Task<(ImmutableArray<SessionRecord> Sessions, long LeftOut)> SessionsAsync(RunDirectory directory)
    {
        var kept = ImmutableArray.CreateBuilder<SessionRecord>();
        var left = 0L;
        await foreach (var session in SessionLog.ReadAsync(directory, outcome: null, CancellationToken.None))
        {
            if (kept.Count < ApeTestResult.MostSessions)
            {
                kept.Add(session);
            }
            else
            {
                left++;
            }
        }
        return (kept.ToImmutable(), left);
    }

    private ScenarioInput Input(CliEnvironment environment)
    {
        var input = Parse(environment, []);
        var scenario = LocalRun.Load(input).Scenario!;
        if (run.NeedsJourneys && scenario.Journeys.IsEmpty)
        {
            throw new ApeTestException($"{run.ScenarioFile} holds no journey", "Add `journeys:`, or use WithScenario.", ExitCodes.Input);
        }
        if (!run.IsRemoteAllowed && !ServiceUrls.IsLoopbackHost(scenario.Target.Url.Host))
        {
            throw new ApeTestException($"the target {scenario.Target.Url} is not on this machine", "Add .AllowRemoteTarget() if you may load it.", ExitCodes.Input);
        }
        return scenario.Thresholds.Any(static threshold => threshold is { Metric: SessionSuccess, By: not "default" }) ? input : Parse(environment, ["--threshold", $"{SessionSuccess} >= 1"]);
    }

    private ScenarioInput Parse(CliEnvironment environment, string[] more)
    {
        var command = new CliCommand("run", "A run in a test.");
        var options = new ScenarioOptions(command);
        return new ScenarioInput(environment, command.Parse([.. Arguments(), .. more]), options);
    }

    private IEnumerable<string> Arguments()
    {
        if (run.ScenarioFile is { } file)
        {
            yield return file;
        }
        if (run.Target is { } target)
        {
            yield return $"--target={target}";
        }
        foreach (var (flag, value) in run.Flags.Where((flag, i) => Repeatable.Contains(flag.Flag) || !run.Flags.Skip(i + 1).Any(later => later.Flag == flag.Flag)))
        {
            // With the sign, because a value may begin with a dash.
            yield return value is null ? flag : $"{flag}={value}";
        }
    }

    private CliEnvironment Environment() => new()
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        In = TextReader.Null,
        Variables = ScenarioSources.ProcessEnvironment(),
        CurrentDirectory = run.WorkingDirectory,
        Time = run.Time,
        Signals = new NoSignals(),
    };

    private void Notice(string text)
    {
        lock (_notices)
        {
            _notices.Add(text);
        }
    }
}
