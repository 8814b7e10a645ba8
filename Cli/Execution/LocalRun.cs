using ApeTest.Agent.Journeys;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Execution;

/// <summary>A run in this process: its services, its directory and its collector. Disposing it stops everything, agents first.</summary>
internal sealed class LocalRun : IAsyncDisposable
{
    private static readonly TimeSpan LongestTeardown = TimeSpan.FromSeconds(30);

    // Before the shop has a port: enough to judge flags and fields.
    private static readonly Uri ShopToCome = new("http://127.0.0.1:1/");

    private readonly CliEnvironment _environment;
    private readonly ScenarioInput _input;
    private readonly LocalRunOptions _options;
    private readonly RunFiles _files;
    private readonly EmbeddedHost _host;
    private readonly Preflight _preflight;
    private CollectedRun? _collector;
    private RunPlan? _plan;
    private bool _isTornDown;

    private LocalRun(CliEnvironment environment, ScenarioInput input, LocalRunOptions options)
    {
        (_environment, _input, _options) = (environment, input, options);
        _preflight = new Preflight(options.Notice ?? (_ => { }));
        _files = new RunFiles(environment, RunId.New(environment.Time, NewRandom()));
        _host = new EmbeddedHost(environment, _files.Directory);
    }

    /// <summary>What is run.</summary>
    public RunPlan Plan => _plan!;

    /// <summary>Follows the run and stops it.</summary>
    public CollectedRun Collector => _collector!;

    /// <summary>Whether the cassette of the run has all of it; null for a run that asks no model.</summary>
    public ICassetteReport? Cassette => _host.Cassette;

    /// <summary>The run's directory.</summary>
    public RunDirectory Directory => _files.Directory;

    /// <summary>Loads the scenario; all its errors are one <see cref="Scenarios.ApeTestException"/> (exit 2). Starts and writes nothing.</summary>
    public static ScenarioLoadResult Load(ScenarioInput input)
    {
        var loaded = input.Load(ShopToCome);
        JourneyCheck.Compile(loaded.IsValid ? loaded.Scenario! : throw ScenarioInput.Failure(loaded));
        return loaded;
    }

    /// <summary>
    /// 1. Judge the input. 2. Make the run directory. 3. Start the services and, meanwhile, check target, document, oracle and model.
    /// 4. Submit the plan and release the agents. When it throws, nothing is left running or written.
    /// </summary>
    public static async Task<LocalRun> StartAsync(CliEnvironment environment, ScenarioInput input, LocalRunOptions options, CancellationToken cancellationToken)
    {
        // 1. Input: nothing is started or written for a mistake in it.
        var loaded = Load(input);

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
        using var limit = new CancellationTokenSource(LongestTeardown, _environment.Time);
        try
        {
            await RunSetup.EndAsync(_plan!, _host.Agents(null), _environment.Time, limit.Token);
            return null;
        }
        catch (ApeTestException exception)
        {
            return exception;
        }
        catch (OperationCanceledException)
        {
            return new ApeTestException($"the scenario's `teardown` was given up after {Durations.Format(LongestTeardown)}", "What it should remove may still be there.", ExitCodes.Partial);
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
        await _host.DisposeAsync();
        _files.Dispose();
    }

    private async Task StartAsync(ScenarioLoadResult loaded, CancellationToken cancellationToken)
    {
        // 3. Services and readiness.
        var (scenario, resolved) = await ReadyShopAsync(loaded, cancellationToken);
        var ready = await ReadyAsync(scenario, cancellationToken);
        _options.Ready?.Invoke(ready.Judged);

        // 4. The run.
        var planned = Planned(ready.Judged.Scenario);
        _preflight.Notes = _options.Adjust is null ? loaded.Notes : [];
        _preflight.Check(planned, _input);
        _plan = RunPlanner.Create(planned, Directory.Run, openApiDocument: ready.OpenApi, oracle: ready.Judged.Oracle, graphQlSchema: ready.GraphQl);
        _host.Room = _preflight.Room(planned, _input);
        _plan = await RunSetup.BeginAsync(_plan, _host.Agents(null), _environment.Time, cancellationToken);
        await _host.Queue.SubmitAsync(_plan, cancellationToken);
        _collector = _host.Collect(_plan, Drawn(_plan) + ready.Judged.Record(resolved).ToYaml());
        _files.Keep();
        RunInput.Keep(Directory, planned, _input.Kept);
        await _host.StartAgentsAsync(_options.Observer, _preflight.Connections(planned, _input), CancellationToken.None);
    }

    private Scenario Planned(Scenario judged) => _options.Adjust is { } adjust ? adjust(judged) : judged;

    // What the run decided itself is in no source of the scenario.
    private static string Drawn(RunPlan plan) =>
        $"# run {plan.Run}, seed {plan.Seed}, {(plan.Scenario.Duration is { } duration ? $"duration {Durations.Format(duration)}" : $"{plan.Scenario.Iterations} iterations")}\n";

    /// <summary>Without a target of the user's, starts the shop; the scenario is then read again with the shop's address.</summary>
    private async Task<(Scenario Scenario, ResolvedScenario Resolved)> ReadyShopAsync(ScenarioLoadResult loaded, CancellationToken cancellationToken)
    {
        if (_input.IsDemonstration)
        {
            loaded = _input.Load(await _host.StartShopAsync(DemonstrationScenario.Shop, cancellationToken));
        }
        return (loaded.ThrowIfInvalid(), loaded.Resolved);
    }

    /// <summary>
    /// Starts gateway, proxy and collector, as far as the sessions need them, while the target is examined. Returns what the target says of
    /// itself and how sessions are judged.
    /// </summary>
    private async Task<(string? OpenApi, string? GraphQl, JudgedScenario Judged)> ReadyAsync(Scenario scenario, CancellationToken cancellationToken)
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

    private async Task<(string? OpenApi, string? GraphQl, JudgedScenario Judged)> ReadyTargetAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        SourceAddressCheck.Bind(scenario.Target.SourceAddresses);
        using var probe = new TargetProbe(scenario.Target, _environment.Time);
        _preflight.TargetStatus = await probe.ReachAsync(cancellationToken);
        var (url, graphQl) = (scenario.Target.Url, scenario.Target.GraphQl);
        if (scenario.Goals.IsEmpty)
        {
            // Journeys know their requests: nobody asks the target what it offers.
            new TargetConsent(_environment, _options.Confirmed).Ask(Planned(scenario), ToolCatalog.Generic(url));
            return (null, null, new JudgedScenario(scenario, "declared"));
        }
        var document = await new OpenApiSource(probe.ReadAsync, url, scenario.Target.OpenApi, _input.BaseDirectory).FindAsync(cancellationToken);
        var schema = graphQl is null ? null : await new GraphQlSource(probe.PostAsync, url, graphQl).FindAsync(cancellationToken);
        var catalog = TargetCatalog.Import(url, document, graphQl, schema);
        (_preflight.Catalog, _preflight.GraphQlRefusal) = (catalog, schema?.Refusal);
        var judged = OracleCheck.Judge(scenario, catalog);
        new TargetConsent(_environment, _options.Confirmed).Ask(Planned(judged.Scenario), catalog);
        return (document?.Text, schema?.Text, judged);
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
