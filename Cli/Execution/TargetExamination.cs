using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Execution;

/// <summary>Examines a target before there is any load: is it there, what does it offer, how are its sessions judged, and may it be loaded?</summary>
/// <param name="baseDirectory">Directory that files are relative to.</param>
/// <param name="preflight">Is told what a person should know.</param>
/// <param name="consent">Asks before a target that is not on this machine is loaded.</param>
/// <param name="planned">The scenario as it will be run.</param>
internal sealed class TargetExamination(string baseDirectory, Preflight preflight, TargetConsent consent, Func<Scenario, Scenario> planned)
{
    /// <summary>What the target says of itself, and how sessions are judged. What keeps the run from beginning throws <see cref="ApeTestException"/> (exit 2 or 3).</summary>
    public async Task<ExaminedTarget> ExamineAsync(Scenario scenario, TargetProbe probe, CancellationToken cancellationToken)
    {
        preflight.TargetStatus = await probe.ReachAsync(cancellationToken);
        var (url, graphQl) = (scenario.Target.Url, scenario.Target.GraphQl);
        if (scenario.Goals.IsEmpty)
        {
            // Journeys know their requests: nobody asks the target what it offers.
            consent.Ask(planned(scenario), ToolCatalog.Generic(url));
            return new ExaminedTarget(null, null, new JudgedScenario(scenario, "declared"));
        }
        var source = new OpenApiSource(probe.ReadAsync, url, scenario.Target.OpenApi, baseDirectory);
        var document = await source.FindAsync(cancellationToken);
        if (source.Refusal is { } refusal && graphQl is null && scenario.Goals.Any(static goal => goal.Success.IsEmpty))
        {
            // Otherwise the lack of a document would be blamed.
            throw new ApeTestException(refusal, OpenApiSource.Credentials, ExitCodes.Input);
        }
        var schema = graphQl is null ? null : await new GraphQlSource(probe.PostAsync, url, graphQl).FindAsync(cancellationToken);
        var catalog = TargetCatalog.Import(url, document, graphQl, schema);
        (preflight.Catalog, preflight.GraphQlRefusal, preflight.DocumentRefusal, preflight.AnswersPages) = (catalog, schema?.Refusal, source.Refusal, probe.ContentType is "text/html");
        var judged = OracleCheck.Judge(scenario, catalog);
        consent.Ask(planned(judged.Scenario), catalog);
        return new ExaminedTarget(document?.Text, schema?.Text, judged);
    }
}

/// <summary>What is known of a target before the run.</summary>
/// <param name="OpenApi">Its OpenAPI document; null for none.</param>
/// <param name="GraphQl">Its GraphQL schema; null for none.</param>
/// <param name="Judged">How sessions are judged.</param>
internal sealed record ExaminedTarget(string? OpenApi, string? GraphQl, JudgedScenario Judged);
