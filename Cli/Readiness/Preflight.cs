using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.LlmProxy.Models;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Readiness;

/// <summary>What a person should know before the agents are released: gathered while target and model are examined, told once both are ready.</summary>
internal sealed class Preflight(Action<string> tell)
{
    private const int ServerError = 500;

    /// <summary>Status that the target's URL answered with.</summary>
    public int? TargetStatus { get; set; }

    /// <summary>The tools.</summary>
    public ToolCatalog? Catalog { get; set; }

    /// <summary>Why the GraphQL endpoint does not tell its schema; null where it does, or there is none.</summary>
    public string? GraphQlRefusal { get; set; }

    /// <summary>Why it is not known whether the target has an OpenAPI document; null where it is known.</summary>
    public string? DocumentRefusal { get; set; }

    /// <summary>Whether the target's URL answers a page for browsers. Default false.</summary>
    public bool AnswersPages { get; set; }

    /// <summary>What the model costs.</summary>
    public ModelTerms? Terms { get; set; }

    /// <summary>What the loader says though nothing is wrong.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];

    /// <summary>Whether the agents are not on this machine, whose limits say nothing of them then. Default false.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Worker processes of this machine that the agents are in. Default 0: they are in this process.</summary>
    public int Workers { get; init; }

    /// <summary>Limits of this process. Default: the real ones.</summary>
    public MachineLimits Machine { get; init; } = MachineLimits.OfProcess();

    /// <summary>Tells all there is. Agents that do not fit in this process throw <see cref="Scenarios.ApeTestException"/> (exit 3).</summary>
    public void Check(Scenario scenario, ScenarioInput input)
    {
        foreach (var note in input.Notes().Concat(Notes).Concat(Target(scenario)).Append(Idle(scenario)).Append(IsElsewhere ? null : GeneratorLimits.Check(scenario, input.IsTargetHere, Machine, Workers)))
        {
            Tell(note);
        }
        if (Terms is { } terms && Catalog is { } catalog)
        {
            Tell(CostEstimate.Of(scenario, catalog, terms));
        }
    }

    /// <summary>Only whether the agents fit in this process, before anything is started; where they do not, as in <see cref="Check"/>.</summary>
    public void CheckRoom(Scenario scenario, ScenarioInput input) => GeneratorLimits.Check(scenario, input.IsTargetHere, Machine, Workers);

    /// <summary>Most agents that fit in this process; null for no limit.</summary>
    public int? Room(Scenario scenario, ScenarioInput input) => GeneratorLimits.Room(scenario, input.IsTargetHere, Machine, Workers);

    /// <summary>Most connections that the agents may hold on each of their ways; null for no limit.</summary>
    public int? Connections(Scenario scenario, ScenarioInput input) => GeneratorLimits.Connections(scenario, input.IsTargetHere, Machine);

    private IEnumerable<string> Target(Scenario scenario)
    {
        var target = scenario.Target;
        if (target.Insecure)
        {
            yield return target.Url.Scheme == Uri.UriSchemeHttps
                ? $"warning: TLS certificates of {target.Url} are not checked (--insecure)"
                : $"warning: --insecure means nothing for {target.Url}, which does not use TLS";
        }
        if (TargetStatus >= ServerError)
        {
            yield return $"warning: {target.Url} answers {TargetStatus}; the run starts all the same";
        }
        if (GraphQlRefusal is { } refusal)
        {
            yield return $"warning: {refusal}";
        }
        if (Catalog is { HasDocument: false } && DocumentRefusal is { } unseen)
        {
            yield return $"warning: {unseen}; the agents have plain HTTP tools. {OpenApiSource.Credentials}";
        }
        // Pages and forms need no document.
        else if (Catalog is { HasDocument: false, HasGraphQl: false } && !AnswersPages)
        {
            yield return $"no OpenAPI document at the usual paths of {target.Url}: the agents have plain HTTP tools; name one with --openapi";
        }
    }

    private static string? Idle(Scenario scenario) => scenario.Iterations < scenario.Agents
        ? $"warning: {Show.Count(scenario.Iterations.Value)} sessions in total for {Show.Count(scenario.Agents)} agents: {Show.Count(scenario.Agents - scenario.Iterations.Value)} agents will be idle"
        : null;

    private void Tell(string? text)
    {
        if (text is not null)
        {
            tell(text);
        }
    }
}
