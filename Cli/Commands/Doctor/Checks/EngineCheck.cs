namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>The container engine and Compose v2, which only the distributed stack needs.</summary>
internal sealed class EngineCheck : IDoctorCheck
{
    private const string Why = "only `start --compose` needs it; runs in this process do not";

    public string Name => "containers";

    public async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken)
    {
        var engine = patient.Machine.RunAsync("docker", ["version", "--format", "{{.Server.Version}}"], cancellationToken);
        var compose = patient.Machine.RunAsync("docker", ["compose", "version", "--short"], cancellationToken);
        if (await engine is not var (code, version))
        {
            return [Finding.Warning(Name, "no docker on the PATH", Why, "install Docker Engine with Compose v2: https://docs.docker.com/engine/install/")];
        }
        if (code != 0)
        {
            return [Finding.Warning(Name, $"docker is installed, its engine does not answer ({version.Split('\n')[^1]})", Why, "sudo systemctl start docker")];
        }
        return await compose is (0, var number)
            ? [Finding.Ok(Name, $"docker {version}, compose {number}")]
            : [Finding.Warning(Name, $"docker {version} without Compose v2", Why, "install the compose plugin: https://docs.docker.com/compose/install/")];
    }
}
