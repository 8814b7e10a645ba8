using ApeTest.Cli.Input;
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

    private Finding Scenario(Patient patient) => patient switch
    {
        { Scenario: null, ScenarioFile: var file } => Finding.Problem(Name, ScenarioInput.Failure(patient.Loaded).Message, "no run starts with it", $"ape-test validate{(file is null ? "" : $" {file}")}"),
        { ScenarioFile: null } => Finding.Ok(Name, "none here: start runs the sample shop; ape-test init makes one"),
        { ScenarioFile: { } file, Scenario: { } scenario } => Finding.Ok(Name, $"{file} is valid: {scenario.Goals.Length} goals, {scenario.Journeys.Length} journeys, {scenario.Agents} agents"),
    };

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
        var file = patient.Environment.Absolute(IgnoreFile);
        if (!Directory.Exists(patient.Environment.Absolute(".git")))
        {
            yield break;
        }
        var before = File.Exists(file) ? File.ReadAllText(file) : string.Empty;
        if (before.ReplaceLineEndings("\n").Split('\n').Any(static line => line.Trim().Trim('/') == ".ape"))
        {
            yield return Finding.Ok("git", "runs are ignored (.ape/)");
            yield break;
        }
        yield return Finding.Warning("git", $"{IgnoreFile} does not name {IgnoredRuns}", "runs, with logs and what the target answered, would be committed", $"echo '{IgnoredRuns}' >> {IgnoreFile}") with
        {
            Safe = new SafeFix($"add the line {IgnoredRuns} to {IgnoreFile}",
                () => File.AppendAllText(file, $"{(before.Length == 0 || before.EndsWith('\n') ? "" : "\n")}{IgnoredRuns}\n")),
        };
    }
}
