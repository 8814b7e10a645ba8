using ApeTest.Cli.Embedded;
using ApeTest.Cli.Input;
using ApeTest.Cli.Progress;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Observability.Collecting;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Start;

/// <summary>One run in this process, from the scenario to the exit code.</summary>
internal sealed class StartRun(CliEnvironment environment, StartRequest request)
{
    // Before the shop has a port: enough to judge flags and fields.
    private static readonly Uri ShopToCome = new("http://127.0.0.1:1/");

    private readonly StartMessages _messages = new(environment, request.Quiet);
    private volatile string? _stopping;

    /// <summary>
    /// 1. Judge the input. 2. Make the run directory. 3. Start the services and, meanwhile, check target, document, oracle and model.
    /// 4. Submit the plan and release the agents. 5. Follow the run. 6. Tell the result.
    /// </summary>
    public async Task<int> RunAsync()
    {
        // 1. Input: nothing is started or written for a mistake in it.
        using var ladder = new StopLadder(environment.Signals);
        var loaded = request.Input.Load(ShopToCome);
        if (!loaded.IsValid)
        {
            throw ScenarioInput.Failure(loaded);
        }
        SummaryOutput.CheckWritable(environment, request.OutFile);

        // 2. Directory.
        using var files = new RunFiles(environment, RunId.New(environment.Time, NewRandom()));
        await using var host = new EmbeddedHost(environment, files.Directory);
        CollectedRun collector;
        string model;
        try
        {
            // 3. Services and readiness.
            var (scenario, resolved) = await ReadyShopAsync(host, loaded, ladder.Drain);
            var document = await ReadyAsync(host, scenario, ladder.Drain);
            _messages.Starting(request.Input, scenario);

            // 4. The run.
            var plan = RunPlanner.Create(scenario, files.Directory.Run, openApiDocument: document);
            model = scenario.Llm.Model;
            await host.Queue.SubmitAsync(plan, ladder.Drain);
            collector = host.Collect(plan, resolved.ToYaml());
            files.Keep();
            await host.StartAgentsAsync(CancellationToken.None);
            _messages.Running(plan);
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            return code;
        }

        // 5. Follow.
        var summary = await FollowAsync(collector, ladder);

        // 6. Result.
        return await new SummaryOutput(environment, request).WriteAsync(summary, files.Directory, model, ladder.First);
    }

    /// <summary>Without a target of the user's, starts the shop; the scenario is then read again with the shop's address.</summary>
    private async Task<(Scenario Scenario, Scenarios.Loading.Resolved.ResolvedScenario Resolved)> ReadyShopAsync(
        EmbeddedHost host, ScenarioLoadResult loaded, CancellationToken cancellationToken)
    {
        if (request.Input.IsDemonstration)
        {
            loaded = request.Input.Load(await host.StartShopAsync(DemonstrationScenario.Shop, cancellationToken));
        }
        return (loaded.ThrowIfInvalid(), loaded.Resolved);
    }

    /// <summary>Starts gateway, proxy and collector while the target is examined. Returns the OpenAPI document, if there is one.</summary>
    private async Task<string?> ReadyAsync(EmbeddedHost host, Scenario scenario, CancellationToken cancellationToken)
    {
        var target = ReadyTargetAsync(scenario, cancellationToken);
        var model = ReadyModelAsync(host, scenario.Llm, cancellationToken);
        var gateway = host.StartGatewayAsync(scenario.Target, cancellationToken);
        var collector = host.StartCollectorAsync(cancellationToken);
        // All have ended before anything is torn down; the target's fault is told first.
        await Task.WhenAll(target, model, gateway, collector).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var document = await target;
        await Task.WhenAll(model, gateway, collector);
        return document;
    }

    private async Task<string?> ReadyTargetAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        using var probe = new TargetProbe(scenario.Target, environment.Time);
        await probe.ReachAsync(cancellationToken);
        var document = await new OpenApiSource(probe, scenario.Target, request.Input.BaseDirectory).FindAsync(cancellationToken);
        var catalog = document is null
            ? ToolCatalog.Generic(scenario.Target.Url)
            : OpenApiImporter.Import(document.Text, scenario.Target.Url, document.Where);
        OracleCheck.Judgeable(scenario, catalog);
        new TargetConsent(environment, request.Confirmed).Ask(scenario, catalog);
        return document?.Text;
    }

    private static async Task ReadyModelAsync(EmbeddedHost host, LlmSpec llm, CancellationToken cancellationToken)
    {
        await host.StartLlmProxyAsync(llm, cancellationToken);
        await ModelCheck.ReadyAsync(host.Models, llm.Model, cancellationToken);
    }

    private async Task<RunSummary> FollowAsync(CollectedRun collector, StopLadder ladder)
    {
        using var end = new CancellationTokenSource();
        var view = View();
        await using var drain = ladder.Drain.Register(() => Stop(collector, view, now: false));
        await using var abort = ladder.Abort.Register(() => Stop(collector, view, now: true));
        var shown = view.ShowAsync(() => new RunSnapshot(collector.Progress, collector.Summarize(), _stopping), end.Token);
        try
        {
            return await collector.Completion;
        }
        finally
        {
            await end.CancelAsync();
            await shown;
        }
    }

    private void Stop(CollectedRun collector, IRunProgressView view, bool now)
    {
        _stopping = StartMessages.Stopping(now);
        if (!view.ShowsStopping)
        {
            _messages.Say(_stopping);
        }
        // In memory: it has taken effect when it returns.
        _ = collector.StopAsync(now, "interrupted", CancellationToken.None);
    }

    private IRunProgressView View() => request.Quiet ? new NoProgress()
        : environment.ErrorIsTerminal ? new LiveProgress(environment, request.NoColor)
        : new PlainProgress(environment);

    // Only for the four digits of a run id.
    private static Random NewRandom() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
}
