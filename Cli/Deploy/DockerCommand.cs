using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>
/// Runs <c>docker</c> (and with it Compose) as a user would: same client, same engine, same variables. What it cannot do throws
/// <see cref="ApeTestException"/> (exit 3) with a way out.
/// </summary>
/// <param name="environment">Variables and directory.</param>
/// <param name="hidden">Variables that it shall not see, because something else says what they say. Default none.</param>
internal sealed class DockerCommand(CliEnvironment environment, IReadOnlyCollection<string>? hidden = null)
{
    private readonly ExternalProgram _docker = new(environment, "docker", hidden ?? [], _absent);

    private static readonly ApeTestException _absent = new("docker was not found",
        "Install a container engine (docker.io or Docker Desktop) with Compose v2, or run without containers: ape-test start.", ExitCodes.Environment);

    /// <summary>Why no container engine can be asked anything: there is no docker, or it has no engine that answers. Null where one answers, or refuses this user.</summary>
    public async Task<string?> AbsenceAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(["version", "--format", "{{.Server.Os}}"], cancellationToken) is { Code: not 0, Said: var said } && DockerErrors.IsSilent(said)
                ? DockerErrors.Silent : null;
        }
        catch (ApeTestException e) when (ReferenceEquals(e, _absent))
        {
            return e.Message;
        }
    }

    /// <summary>Runs it; returns standard output. A code other than 0 throws.</summary>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await TryAsync(arguments, cancellationToken);
        return result.Code == 0 ? result.Out : throw DockerErrors.Explain(arguments, result);
    }

    /// <summary>Runs it, whatever its code.</summary>
    public Task<ProgramResult> TryAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => _docker.RunAsync(arguments, cancellationToken);
}
