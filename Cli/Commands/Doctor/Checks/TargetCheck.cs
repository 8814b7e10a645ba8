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

    // An answer takes up to 10 s.
    private static readonly TimeSpan MostApart = TimeSpan.FromSeconds(30);

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
            if (Clock(probe.Date, patient.Environment.Time.GetUtcNow()) is { } clock)
            {
                findings.Add(clock);
            }
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

    /// <summary>The target's own clock, by the <c>Date</c> of its answer (RFC 9110, 6.6.1: whole seconds). One of the two is wrong where they are far apart.</summary>
    private static Finding? Clock(DateTimeOffset? theirs, DateTimeOffset ours)
    {
        if (theirs is not { } date || (ours - date).Duration() is var apart && apart <= MostApart)
        {
            return null;
        }
        return Finding.Warning("clock", $"{Show.Duration((ours - date).Duration())} {(ours > date ? "ahead of" : "behind")} the target's ({date:yyyy-MM-dd HH:mm:ss} UTC)",
            "tokens and cookies end too early or too late, and the target's logs do not fit the run's", "sudo timedatectl set-ntp true, on the machine that is wrong");
    }
}
