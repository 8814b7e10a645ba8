using ApeTest.Agent;
using ApeTest.Agent.Journeys;
using ApeTest.Cli.Commands.Start;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Readiness;
using ApeTest.Runs.Control;
using ApeTest.Runs.Ids;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Stack;

/// <summary>Makes a run out of a scenario, for a stack: examines target and model as the stack reaches them, does <c>setup</c>, submits.</summary>
internal sealed class StackPreparation(CliEnvironment environment, StartRequest request, CollectorClient collector, string token, Uri? shop)
{
    /// <summary>Id that the run will have.</summary>
    public string Run { get; } = RunId.New(environment.Time, new Random(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue)));

    /// <summary>Loads the scenario; what is wrong throws <see cref="ApeTestException"/> (exit 2). Sends nothing.</summary>
    public ScenarioLoadResult Load()
    {
        if (request.Input.IsDemonstration && shop is null)
        {
            throw new ApeTestException("no scenario and no --target: which target a stack's agents load is for its gateway to know",
                "Name a scenario, or a --target that is in the gateway's file of the stack.", ExitCodes.Input);
        }
        var loaded = shop is null ? LocalRun.Load(request.Input) : LocalRun.Load(request.Input, shop);
        if (shop is not null && loaded.ThrowIfInvalid().Target.Sample is not null)
        {
            // The stack's own shop stands for the sample.
            loaded = request.Input.LoadAt(shop);
        }
        var scenario = loaded.ThrowIfInvalid();
        if (scenario.Target.Sample is { } sample && shop is null)
        {
            throw new ApeTestException($"the scenario's `target.sample: {sample}` is brought up by the command itself, where a stack's agents do not reach it",
                "Name a `target.url` that is in the gateway's file of the stack, or run it without the stack.", ExitCodes.Input);
        }
        if (request.Detach && !scenario.Teardown.IsEmpty)
        {
            throw new ApeTestException("the scenario has a `teardown`, which this command does at the end of the run: with --detach it would not be there",
                "Leave --detach out, or the teardown.", ExitCodes.Input);
        }
        if (OwnProxy(scenario.Llm) is { } field)
        {
            throw new ApeTestException($"the scenario's `llm.{field}` belongs to an LLM proxy of its own, and a stack has one for all its runs",
                "Set it in the proxy's file of the stack, and leave it out here.", ExitCodes.Input);
        }
        return loaded;
    }

    /// <summary>1. Is the stack there? 2. Examine target and model. 3. Plan and <c>setup</c>. 4. Submit. Any of it may throw <see cref="ApeTestException"/>: there is no run then. With <c>--queue</c>
    /// there is none either where <see cref="PreparedRun.InTheWay"/> tells who was faster; what <c>setup</c> did is undone.</summary>
    public async Task<PreparedRun> PrepareAsync(ScenarioLoadResult loaded, StartMessages messages, CancellationToken cancellationToken)
    {
        // 1. The stack, whose token is checked by the way.
        await collector.ListAsync(cancellationToken);

        // 2. Target and model.
        var scenario = loaded.ThrowIfInvalid();
        var preflight = new Preflight(messages.Say) { IsElsewhere = true };
        using var probe = new TargetProbe(scenario.Target, environment.Time, inner => new ThroughGateway(collector.GatewayUrl, token, scenario.Target.Name, inner));
        var consent = new TargetConsent(environment, request.Confirmed || request.Queue);
        var target = await new TargetExamination(request.Input.BaseDirectory, preflight, consent, static judged => judged).ExamineAsync(scenario, probe, cancellationToken);
        if (!scenario.Goals.IsEmpty)
        {
            var models = new StackModels(collector);
            await ModelCheck.ReadyAsync(models, scenario.Llm.Model, cancellationToken);
        }
        messages.Starting(request.Input, target.Judged);
        preflight.Notes = loaded.Notes;
        preflight.Check(target.Judged.Scenario, request.Input);

        // 3. The plan. In a stack journeys too go through the gateway, unless the scenario says otherwise: agents may have no other way.
        var judged = target.Judged.Scenario with { Gateway = target.Judged.Scenario.Gateway ?? GatewayMode.Remote };
        var plan = RunPlanner.Create(judged, Run, openApiDocument: target.OpenApi, oracle: target.Judged.Oracle, graphQlSchema: target.GraphQl) with { Workers = request.Workers ?? 1 };
        var options = new AgentOptions { GatewayUrl = collector.GatewayUrl, Token = token, AddsTargetHeaders = true };
        plan = await RunSetup.BeginAsync(plan, options, environment.Time, cancellationToken);

        // 4. From here on there is a run, and it is torn down whatever happens.
        var prepared = new PreparedRun(plan, options, environment.Time);
        try
        {
            prepared.InTheWay = await collector.SubmitAsync(plan, RunRecord.Of(plan, target.Judged.Record(loaded.Resolved)), request.Queue, cancellationToken);
        }
        catch
        {
            await prepared.EndAsync();
            throw;
        }
        return prepared.InTheWay is null ? prepared : await prepared.EndAsync() is { } failure ? throw failure : prepared;
    }

    // What an embedded run sets up in its own proxy.
    private static string? OwnProxy(LlmSpec llm) => llm switch
    {
        { Cassette: not null } => "cassette",
        { Fallback.IsEmpty: false } => "fallback",
        { BaseUrl: not null } => "baseUrl",
        { Planner: not null } => "planner",
        _ => null,
    };
}

/// <summary>A run that was submitted to a stack, or would have been.</summary>
internal sealed class PreparedRun(RunPlan plan, AgentOptions options, TimeProvider time)
{
    public RunPlan Plan => plan;

    /// <summary>The run that is on the target, so that this one was not submitted; null where it was.</summary>
    public string? InTheWay { get; set; }

    /// <summary>Does the scenario's <c>teardown</c>. Returns what went wrong; null for nothing.</summary>
    public Task<ApeTestException?> EndAsync() => RunTeardown.EndAsync(plan, options, time);
}
