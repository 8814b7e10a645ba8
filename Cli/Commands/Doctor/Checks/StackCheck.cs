using ApeTest.Cli.Commands.Init.Writing;
using ApeTest.Cli.Deploy;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The stack that init wrote: secrets and <c>.env</c> are not in git, so that a fresh clone lacks them.</summary>
internal sealed class StackCheck : IDoctorCheck
{
    public string Name => "compose";

    public Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>>([.. Look(patient)]);

    private IEnumerable<Finding> Look(Patient patient)
    {
        var folder = patient.Environment.Absolute(ComposeFile.Folder);
        if (!File.Exists(patient.Environment.Absolute(ComposeFile.Name)))
        {
            yield break;
        }
        if (!File.Exists(Path.Combine(folder, DeployFiles.Compose)))
        {
            yield return Finding.Warning(Name, $"{ComposeFile.Name} includes {ComposeFile.Folder}/{DeployFiles.Compose}, which is not there", "docker compose does not start", "ape-test init --force writes it anew, or take it from git");
            yield break;
        }
        var missing = new[] { Path.Combine(StackSecrets.Folder, StackSecrets.Token), DeployFiles.Variables }.Where(file => !File.Exists(Path.Combine(folder, file))).ToList();
        if (missing.Count > 0)
        {
            yield return Finding.Warning(Name, $"{ComposeFile.Folder} has no {string.Join(" and no ", missing)}", "docker compose does not start", "ape-test doctor --fix") with
            {
                Safe = new SafeFix($"draw what is missing of {ComposeFile.Folder}/{StackSecrets.Folder} and {ComposeFile.Folder}/{DeployFiles.Variables}",
                    () => DeployFiles.Complete(folder, ComposeFile.Own(patient.Scenario), StackOwner.OfProcess(), patient.Environment.Variables)),
            };
            yield break;
        }
        yield return Finding.Ok(Name, $"{ComposeFile.Name} has its files");
    }
}
