using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Testing;

/// <summary>
/// A run to come, built step by step: <c>await ApeTestRun.For(url).WithGoal("Buy a coffee").WithAgents(10).RunAsync()</c>. Immutable: each
/// <c>With</c> returns another run, so that a common beginning can be kept and shared between tests. It takes what <c>ape-test start</c> takes,
/// with the same defaults, but that without a threshold of your own every session must succeed.
/// </summary>
public sealed record ApeTestRun
{
    private ApeTestRun()
    {
    }

    internal string? Target { get; private init; }

    internal string? ScenarioFile { get; private init; }

    internal bool NeedsJourneys { get; private init; }

    internal bool IsRemoteAllowed { get; private init; }

    internal bool IsFailureReturned { get; private init; }

    internal string WorkingDirectory { get; private init; } = Environment.CurrentDirectory;

    internal TimeSpan? Timeout { get; private init; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal ImmutableArray<(string Flag, string? Value)> Flags { get; private init; } = [];

    /// <summary>Aims at an application that listens on <paramref name="url"/>.</summary>
    public static ApeTestRun For(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return new ApeTestRun { Target = url.ToString() };
    }

    /// <inheritdoc cref="For(Uri)"/>
    public static ApeTestRun For(string url)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(url);
        return new ApeTestRun { Target = url };
    }

    /// <summary>Runs the scenario in <paramref name="file"/>, on the target that it names.</summary>
    /// <param name="file">Path of a scenario, YAML or JSON.</param>
    public static ApeTestRun FromScenario(string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return new ApeTestRun { ScenarioFile = file };
    }

    /// <summary>What every agent wants, in plain words. It takes the place of a scenario's goals.</summary>
    public ApeTestRun WithGoal(string goal) => With("--goal", Checked(goal));

    /// <summary>What proves that the goal is reached: <c>checkout=201</c>, <c>checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200</c>. Several: all must hold. Default: derived from goal and OpenAPI document.</summary>
    public ApeTestRun WithSuccess(string condition) => With("--success", Checked(condition));

    /// <summary>Where the OpenAPI document is: a path on the target, a URL or a file. Default: the usual paths are tried.</summary>
    public ApeTestRun WithOpenApi(string where) => With("--openapi", Checked(where));

    /// <summary>The journeys of a scenario file, which replay without a model. A file that holds none throws <see cref="ApeTestException"/>.</summary>
    public ApeTestRun WithJourney(string file) => this with { ScenarioFile = Checked(file), NeedsJourneys = true };

    /// <summary>All of a scenario file; what the other methods say goes over it.</summary>
    public ApeTestRun WithScenario(string file) => this with { ScenarioFile = Checked(file) };

    /// <summary>Simulated users at the same time. Default 1.</summary>
    public ApeTestRun WithAgents(int agents) => With("--agents", Positive(agents));

    /// <summary>No new session starts after this time; those under way finish. Default 30 s, unless iterations are given.</summary>
    public ApeTestRun WithDuration(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return With("--duration", Durations.Format(duration));
    }

    /// <summary>Sessions in total, over all agents.</summary>
    public ApeTestRun WithIterations(int iterations) => With("--iterations", Positive(iterations));

    /// <summary>Pause between the actions of a session. Default none.</summary>
    public ApeTestRun WithThinkTime(TimeSpan think)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(think, TimeSpan.Zero);
        return With("--think", Durations.Format(think));
    }

    /// <summary>Model that decides: <c>ollama/qwen3</c>. Default <c>builtin/planner</c>, which needs no key and no network.</summary>
    public ApeTestRun WithModel(string model) => With("--model", Checked(model));

    /// <summary>What the run must meet: <c>session_success >= 0.95</c>, <c>http_p95 &lt; 300ms</c>. Several: all must hold. Without one on <c>session_success</c>, here or in the scenario, every session must succeed.</summary>
    public ApeTestRun WithThreshold(string threshold) => With("--threshold", Checked(threshold));

    /// <summary>A header of every request to the target. Its value may hold <c>${VAR}</c>, an environment variable.</summary>
    public ApeTestRun WithHeader(string name, string value) => With("--header", $"{Checked(name)}: {value}");

    /// <summary>Seed of every random choice. Default: drawn, and told in the summary.</summary>
    public ApeTestRun WithSeed(int seed) => With("--seed", seed.ToString(CultureInfo.InvariantCulture));

    /// <summary>Accepts any TLS certificate of the target.</summary>
    public ApeTestRun WithInsecureTls() => With("--insecure", null);

    /// <summary>Most time of the whole call; then everything is cancelled and <see cref="TimeoutException"/> is thrown. Default: none.</summary>
    public ApeTestRun WithTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return this with { Timeout = timeout };
    }

    /// <summary>Folder below which <c>.ape/runs/&lt;run&gt;</c> keeps what happened, and to which relative paths refer. Default: the current directory.</summary>
    public ApeTestRun InDirectory(string path) => this with { WorkingDirectory = Path.GetFullPath(Checked(path)) };

    /// <summary>Says that a target which is not on this machine may be loaded.</summary>
    public ApeTestRun AllowRemoteTarget() => this with { IsRemoteAllowed = true };

    /// <summary>A failed run is returned instead of thrown; see <see cref="ApeTestResult.EnsureSucceeded"/>.</summary>
    public ApeTestRun ReturnFailure() => this with { IsFailureReturned = true };

    /// <summary>
    /// Runs it in this process, and returns once everything that was started has ended. Nothing is written to the console; any number of runs
    /// may go on side by side.
    /// </summary>
    /// <param name="cancellationToken">Aborts the run: its sessions are cancelled, its summary is written.</param>
    /// <exception cref="ApeTestFailedException">A threshold does not hold, nothing was judged, or the run's teardown failed.</exception>
    /// <exception cref="ApeTestException">The run cannot begin: a mistake in what was asked for, a target or model that does not answer. The message says what to do, too.</exception>
    /// <exception cref="TimeoutException">See <see cref="WithTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ApeTestResult> RunAsync(CancellationToken cancellationToken = default)
    {
        ApeTestResult result;
        try
        {
            result = await new Execution(this).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ApeTestException mistake)
        {
            throw MistakeText.Of(mistake);
        }
        if (!IsFailureReturned)
        {
            result.EnsureSucceeded();
        }
        return result;
    }

    private ApeTestRun With(string flag, string? value) => this with { Flags = Flags.Add((flag, value)) };

    private static string Checked(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return text;
    }

    private static string Positive(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return number.ToString(CultureInfo.InvariantCulture);
    }
}
