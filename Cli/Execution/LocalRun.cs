using ApeTest.Agent.Journeys;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Execution;

/// <summary>A run in this process: its services, its directory and its collector. Disposing it stops everything, agents first.</summary>
internal sealed class LocalRun : IAsyncDisposable
{
    private static readonly TimeSpan LongestKeep = TimeSpan.FromSeconds(5);

    // Before the shop has a port: enough to judge flags and fields.
    private static readonly Uri ShopToCome = new("http://127.0.0.1:1/");

    private readonly CliEnvironment _environment;
    private readonly ScenarioInput _input;
    private readonly LocalRunOptions _options;
    private readonly RunFiles _files;
    private readonly Preflight _preflight;
    private EmbeddedHost _host = null!; // once StartAsync has begun
    private WorkerProcesses? _workers;
    private CollectedRun? _collector;
    private RunPlan? _plan;
    private bool _isTornDown;

    private LocalRun(CliEnvironment environment, ScenarioInput input, LocalRunOptions options)
    {
        (_environment, _input, _options) = (environment, input, options);
        _preflight = PreflightOf(options);
        _files = new RunFiles(environment, RunId.New(environment.Time, NewRandom()));
    }

    /// <summary>What is run.</summary>
    public RunPlan Plan => _plan!;

    /// <summary>Follows the run and stops it.</summary>
    public CollectedRun Collector => _collector!;

    /// <summary>The database that joins the run's workers; null where the agents are in this process.</summary>
    public PostgresRunQueue? Database => _host.Queue as PostgresRunQueue;

    /// <summary>Whether the cassette of the run has all of it; null for a run that asks no model.</summary>
    public ICassetteReport? Cassette => _host.Cassette;

    /// <summary>A link that opens the run's dashboard in one browser, once.</summary>
    public Uri Dashboard => _host.Dashboard(_plan!.Run);

    /// <summary>The run's directory.</summary>
    public RunDirectory Directory => _files.Directory;

    /// <summary>Loads the scenario; all its errors are one <see cref="Scenarios.ApeTestException"/> (exit 2). Starts and writes nothing.</summary>
    public static ScenarioLoadResult Load(ScenarioInput input) => Load(input, ShopToCome);

    /// <summary>Likewise, where it is known where the sample shop is.</summary>
    public static ScenarioLoadResult Load(ScenarioInput input, Uri shop)
    {
        var loaded = input.Load(shop);
        JourneyCheck.Compile(loaded.IsValid ? loaded.Scenario! : throw ScenarioInput.Failure(loaded));
        return loaded;
    }

    /// <summary>
    /// 1. Judge the input. 2. Make the run directory, and wait for the run's turn. 3. Start the services and, meanwhile, check target, document, oracle and model.
    /// 4. Submit the plan and release the agents. When it throws, nothing is left running or written.
    /// </summary>
    public static async Task<LocalRun> StartAsync(CliEnvironment environment, ScenarioInput input, LocalRunOptions options, CancellationToken cancellationToken)
    {
        // 1. Input: nothing is started or written for a mistake in it.
        var loaded = Load(input);
        PreflightOf(options).CheckRoom(Planned(loaded.ThrowIfInvalid(), options), input);

        // 2. Directory.
        var run = new LocalRun(environment, input, options);
        try
        {
            await run.StartAsync(loaded, cancellationToken);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Does the scenario's <c>teardown</c>, once, after the load. Returns what went wrong; null for nothing. The run itself is over, and its result stands.
    /// </summary>
    public async Task<ApeTestException?> EndAsync()
    {
        if (_collector is null || _isTornDown)
        {
            return null;
        }
        _isTornDown = true;
        return await RunTeardown.EndAsync(_plan!, _host.Agents(null), _environment.Time);
    }

    /// <summary>Keeps the summary of a run with workers in the database's history too. What goes wrong is told: the run's directory has it anyway.</summary>
    public async Task KeepAsync(RunSummary summary)
    {
        if (Database is not { } queue)
        {
            return;
        }
        using var limit = new CancellationTokenSource(LongestKeep, _environment.Time);
        try
        {
            await queue.History.SaveAsync(summary, await File.ReadAllTextAsync(Directory.ScenarioFile, limit.Token), limit.Token);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or IOException or OperationCanceledException)
        {
            _options.Notice?.Invoke($"warning: the database's history does not have this run: {e.Message}");
        }
    }

    /// <summary>Stops the services; the directory of a run that never was is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        // Where a run ends in the middle, there is nobody else to tell.
        if (await EndAsync() is { } failure)
        {
            _options.Notice?.Invoke($"warning: {failure.Message}");
        }
        if (_workers is not null)
        {
            await _workers.DisposeAsync();
        }
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
        File.Delete(WorkerToken);
        _files.Dispose();
    }

    private async Task StartAsync(ScenarioLoadResult loaded, CancellationToken cancellationToken)
    {
        if (_options.Turn is { } turn)
        {
            await turn(_files, cancellationToken);
        }
        _host = _options.Workers is { } workers
            ? await workers.OpenAsync(_environment, Directory, WorkerToken, cancellationToken)
            : new EmbeddedHost(_environment, Directory);

        // 3. Services and readiness.
        var (scenario, resolved) = await ReadyShopAsync(loaded, cancellationToken);
        var ready = await ReadyAsync(scenario, cancellationToken);
        _options.Ready?.Invoke(ready.Judged);

        // 4. The run.
        var planned = Planned(ready.Judged.Scenario);
        _preflight.Notes = _options.Adjust is null ? loaded.Notes : [];
        _preflight.Check(planned, _input);
        _plan = RunPlanner.Create(planned, Directory.Run, openApiDocument: ready.OpenApi, oracle: ready.Judged.Oracle, graphQlSchema: ready.GraphQl,
            isAddressDrawn: _input.IsTargetHere) with { Workers = _options.Workers?.Count ?? 1 };
        _host.Room = _preflight.Room(planned, _input);
        _plan = await RunSetup.BeginAsync(_plan, _host.Agents(null), _environment.Time, cancellationToken);
        if (_options.Workers is not null)
        {
            await StartWorkersAsync(_options.Workers, cancellationToken);
        }
        await _host.Queue.SubmitAsync(_plan, cancellationToken);
        _collector = _host.Collect(_plan, RunRecord.Of(_plan, ready.Judged.Record(resolved)));
        _files.Keep();
        RunInput.Keep(Directory, planned, _input.Kept with { Trial = _options.Adjust is not null });
        if (_options.Workers is null)
        {
            await _host.StartAgentsAsync(_options.Observer, _preflight.Connections(planned, _input), CancellationToken.None);
        }
    }

    private string WorkerToken => Path.Combine(Directory.Path, "worker.token");

    private async Task StartWorkersAsync(WorkerRequest workers, CancellationToken cancellationToken)
    {
        var settings = new WorkerSettings(Directory.Run, workers.Queue, WorkerToken, _host.GatewayUrl, _host.LlmProxyUrl, Directory.Logs);
        _workers = await WorkerProcesses.StartAsync(settings, workers.Count, _environment.CurrentDirectory, text => _options.Notice?.Invoke(text),
            () => (_collector ?? throw new InvalidOperationException("Not collected yet.")).StopAsync(now: true, "aborted", CancellationToken.None), _environment.Time, cancellationToken);
        _host.Watch(_workers.Urls);
    }

    private static Preflight PreflightOf(LocalRunOptions options) => new(options.Notice ?? (static _ => { })) { Workers = options.Workers?.Count ?? 0 };

    private Scenario Planned(Scenario judged) => Planned(judged, _options);

    private static Scenario Planned(Scenario judged, LocalRunOptions options) => options.Adjust is { } adjust ? adjust(judged) : judged;

    /// <summary>Without a target of the user's, starts the shop, or the sample that the scenario names; the scenario is then read again with its address.</summary>
    private async Task<(Scenario Scenario, ResolvedScenario Resolved)> ReadyShopAsync(ScenarioLoadResult loaded, CancellationToken cancellationToken)
    {
        if (_input.IsDemonstration)
        {
            loaded = _input.Load(await _host.StartShopAsync(DemonstrationScenario.Shop, cancellationToken));
        }
        else if (loaded.ThrowIfInvalid().Target.Sample is { } sample)
        {
            loaded = _input.LoadAt(await _host.StartSampleAsync(sample, cancellationToken));
        }
        return (loaded.ThrowIfInvalid(), loaded.Resolved);
    }

    /// <summary>
    /// Starts gateway, proxy and collector, as far as the sessions need them, while the target is examined. Returns what the target says of
    /// itself and how sessions are judged.
    /// </summary>
    private async Task<ExaminedTarget> ReadyAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        var target = ReadyTargetAsync(scenario, cancellationToken);
        var model = scenario.Goals.IsEmpty ? Task.CompletedTask : ReadyModelAsync(scenario.Llm, cancellationToken);
        var gateway = scenario.NeedsGateway ? _host.StartGatewayAsync(scenario.Target, cancellationToken) : Task.CompletedTask;
        var collector = _host.StartCollectorAsync(cancellationToken);
        // All have ended before anything is torn down; the target's fault is told first.
        await Task.WhenAll(target, model, gateway, collector).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var ready = await target;
        await Task.WhenAll(model, gateway, collector);
        return ready;
    }

    private async Task<ExaminedTarget> ReadyTargetAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        SourceAddressCheck.Bind(scenario.Target.SourceAddresses);
        using var probe = new TargetProbe(scenario.Target, _environment.Time);
        var consent = new TargetConsent(_environment, _options.Confirmed);
        return await new TargetExamination(_input.BaseDirectory, _preflight, consent, Planned).ExamineAsync(scenario, probe, cancellationToken);
    }

    private async Task ReadyModelAsync(LlmSpec llm, CancellationToken cancellationToken)
    {
        await _host.StartLlmProxyAsync(llm, cancellationToken);
        _preflight.Terms = await ModelCheck.ReadyAsync(_host.Models, llm.Model, cancellationToken);
        foreach (var fallback in llm.Fallback)
        {
            await ModelCheck.ReadyAsync(_host.Models, fallback, cancellationToken);
        }
    }

    // Only for the four digits of a run id.
    private static Random NewRandom() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
}
