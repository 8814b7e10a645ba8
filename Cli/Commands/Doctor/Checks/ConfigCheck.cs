using ApeTest.Cli.Git;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Gateway;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The files of this directory: scenario, gateway file, what git ignores.</summary>
internal sealed class ConfigCheck : IDoctorCheck
{
    private const string IgnoreFile = ".gitignore";
    private const string IgnoredRuns = ".ape/";

    public string Name => "scenario";

    public Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>([Scenario(patient), .. Gateway(patient), .. Ignored(patient)]);

    private Finding Scenario(Patient patient)
    {
        if (patient.ScenarioFile is { } missing && !File.Exists(patient.Environment.Absolute(missing)))
        {
            return Finding.Problem(Name, $"there is no file {missing}", "no run starts without it", "name one that is there, or make one: ape-test init");
        }
        if (patient.Scenario is not { } scenario)
        {
            var failure = ScenarioInput.Failure(patient.Loaded);
            var validate = $"ape-test validate{(patient.ScenarioFile is { } file ? $" {ShellWord.OfPath(file)}" : "")}";
            return Finding.Problem(Name, failure.Message, "no run starts with it", failure.Hint is { } hint ? $"{hint}\nthen: {validate}" : $"mend what it names, then: {validate}");
        }
        return patient.ScenarioFile is { } valid
            ? Finding.Ok(Name, $"{valid} is valid: {Amount(scenario.Goals.Length, "goal")}, {Amount(scenario.Journeys.Length, "journey")}, {Amount(scenario.Agents, "agent")}")
            : Finding.Ok(Name, "none here: start runs the sample shop; ape-test init makes one");
    }

    private static string Amount(int count, string of) => $"{Show.Count(count)} {of}{(count == 1 ? "" : "s")}";

    private static IEnumerable<Finding> Gateway(Patient patient)
    {
        var path = patient.Environment.Absolute(GatewayExtensions.DefaultPath);
        if (!File.Exists(path))
        {
            yield break;
        }
        Finding finding;
        try
        {
            var file = GatewayFileLoader.Load(path, patient.Environment.Variables);
            finding = Finding.Ok("gateway file", $"{GatewayExtensions.DefaultPath} is valid: {string.Join(", ", file.Targets.Select(static target => target.Name))}");
        }
        catch (ApeTestException exception)
        {
            finding = Finding.Problem("gateway file", exception.Message.Replace(path, GatewayExtensions.DefaultPath, StringComparison.Ordinal), "`ape-test gateway` does not start with it", exception.Hint ?? "mend what it names");
        }
        yield return finding;
    }

    private static IEnumerable<Finding> Ignored(Patient patient)
    {
        var directory = patient.Environment.CurrentDirectory;
        var file = patient.Environment.Absolute(IgnoreFile);
        // The repository may begin above, and its .git be the file of a worktree.
        if (GitRepository.RootOf(directory) is null)
        {
            yield break;
        }
        if (GitRepository.Ignores(directory, ".ape"))
        {
            yield return Finding.Ok("git", "runs are ignored (.ape/)");
            yield break;
        }
        yield return Finding.Warning("git", $"{IgnoreFile} does not name {IgnoredRuns}", "runs, with logs and what the target answered, would be committed", $"echo '{IgnoredRuns}' >> {IgnoreFile}") with
        {
            Safe = new SafeFix($"add the line {IgnoredRuns} to {IgnoreFile}", () =>
            {
                var before = File.Exists(file) ? File.ReadAllText(file) : string.Empty;
                File.AppendAllText(file, $"{(before.Length == 0 || before.EndsWith('\n') ? "" : "\n")}{IgnoredRuns}\n");
            }),
        };
    }
}
