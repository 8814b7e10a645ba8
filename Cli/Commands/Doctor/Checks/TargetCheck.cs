using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Targets;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The target as a run would find it: does it answer, what does it say of itself, can every goal be judged. Only reads.</summary>
internal sealed class TargetCheck : IDoctorCheck
{
    private const int ServerError = 500;

    public string Name => "target";

    public async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.Scenario is not { } scenario)
        {
            return [];
        }
        if (patient.IsTargetHere)
        {
            return [Finding.Ok(Name, $"the sample {scenario.Target.Sample ?? "shop"}, which start runs itself")];
        }
        var findings = new List<Finding>();
        var target = scenario.Target;
        try
        {
            using var probe = new TargetProbe(target, patient.Environment.Time);
            var status = await probe.ReachAsync(cancellationToken);
            findings.Add(status >= ServerError
                ? Finding.Warning(Name, $"{target.Url} answers {status}", "a run starts all the same, and may measure errors only", "look at the target's own log")
                : Finding.Ok(Name, $"{target.Url} answers {status}"));
            if (scenario.Goals.IsEmpty)
            {
                return findings;
            }
            var directory = Path.GetDirectoryName(patient.Environment.Absolute(patient.ScenarioFile!))!;
            var source = new OpenApiSource(probe.ReadAsync, target.Url, target.OpenApi, directory);
            var document = await source.FindAsync(cancellationToken);
            var schema = target.GraphQl is { } graphQl ? await new GraphQlSource(probe.PostAsync, target.Url, graphQl).FindAsync(cancellationToken) : null;
            var catalog = TargetCatalog.Import(target.Url, document, target.GraphQl, schema);
            findings.Add(document is not null ? Finding.Ok("OpenAPI", $"{catalog.Operations.Length} operations at {document.Where}")
                : schema is not null ? Finding.Ok("GraphQL", $"{catalog.ActionNames.Count()} queries and mutations at {schema.Where}")
                : source.Refusal is { } refusal ? Finding.Problem("OpenAPI", refusal, "the agents have plain HTTP tools, and no oracle can be derived", OpenApiSource.Credentials)
                : probe.ContentType is "text/html" ? Finding.Ok("OpenAPI", "none; it answers pages, which agents follow as a browser does")
                : Finding.Warning("OpenAPI", "no document at the usual paths", "the agents have plain HTTP tools, and no oracle can be derived", "say where it is: `openapi:` below `target:` in the scenario"));
            var judged = OracleCheck.Judge(scenario, catalog);
            findings.Add(Finding.Ok("goals", $"{scenario.Goals.Length} can be judged, oracle {judged.Oracle}"));
        }
        catch (ApeTestException exception)
        {
            findings.Add(Finding.Problem(findings.Count == 0 ? Name : exception.ExitCode == ExitCodes.Input && findings.Count > 1 ? "goals" : "OpenAPI", exception.Message, "no run starts against it", exception.Hint));
        }
        return findings;
    }
}
