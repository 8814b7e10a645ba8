using System.Text.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>One stack of containers: brought up from its directory, and looked into.</summary>
/// <param name="docker">The engine.</param>
/// <param name="project">Its Compose project.</param>
/// <param name="directory">Its files.</param>
/// <param name="pulls">Whether the engine may pull images of ours that it does not have.</param>
internal sealed class ComposeStack(DockerCommand docker, string project, string directory, bool pulls)
{
    private const int ShownLines = 12;

    // A collector waits for its database, agents for both: with room for a slow machine.
    private const int HealthLimitSeconds = 240;

    /// <summary>Brings it up and waits until every container is healthy. What fails is told with the last log lines of the container at fault (exit 3).</summary>
    /// <param name="agents">Agent containers.</param>
    /// <param name="cancellationToken">Gives up; what is up by then stays.</param>
    public async Task UpAsync(int agents, CancellationToken cancellationToken)
    {
        if (await MissingImagesAsync(cancellationToken) is { Count: > 0 } missing && !pulls)
        {
            throw new ApeTestException($"{(missing.Count == 1 ? "an image is" : $"{missing.Count} images are")} not there: {string.Join(", ", missing)}",
                "Build them: ape-test images. Or name a registry that has them: APE_IMAGES=REGISTRY/apetest APE_PULL=missing.", ExitCodes.Environment);
        }
        string[] arguments =
        [
            .. Compose(), "up", "--detach", "--wait", "--wait-timeout", $"{HealthLimitSeconds}", "--no-build", "--quiet-pull", "--scale", $"agent={agents}",
        ];
        var result = await docker.TryAsync(arguments, cancellationToken);
        if (result.Code != 0)
        {
            throw await FailureAsync(arguments, result, cancellationToken);
        }
    }

    /// <summary>Whether its collector runs.</summary>
    public async Task<bool> IsUpAsync() =>
        (await docker.TryAsync([.. Compose(), "ps", "--quiet", "--status", "running", "collector"], CancellationToken.None)) is { Code: 0, Out: var ids } && ids.Trim().Length > 0;

    /// <summary>Copies a folder of a service's container to this machine.</summary>
    public async Task CopyAsync(string service, string path, string to, CancellationToken cancellationToken)
    {
        var id = (await docker.RunAsync([.. Compose(), "ps", "--quiet", service], cancellationToken)).Split('\n')[0].Trim();
        await docker.RunAsync(["cp", $"{id}:{path}", to], cancellationToken);
    }

    /// <summary>Images of ours that the stack needs and the engine does not have.</summary>
    private async Task<IReadOnlyList<string>> MissingImagesAsync(CancellationToken cancellationToken)
    {
        var images = (await docker.RunAsync([.. Compose(), "config", "--images"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> missing = [];
        foreach (var image in images.Where(IsOurs).Distinct().Order(StringComparer.Ordinal))
        {
            if ((await docker.TryAsync(["image", "inspect", "--format", "{{.Id}}", image], cancellationToken)).Code != 0)
            {
                missing.Add(image);
            }
        }
        return missing;
    }

    private static bool IsOurs(string image) => image.Contains("apetest/", StringComparison.Ordinal);

    private string[] Compose() => ["compose", "--project-name", project, "--project-directory", directory, "--file", Path.Combine(directory, DeployFiles.Compose)];

    private async Task<ApeTestException> FailureAsync(string[] arguments, ProgramResult result, CancellationToken cancellationToken)
    {
        var listed = await docker.TryAsync([.. Compose(), "ps", "--all", "--format", "json"], cancellationToken);
        var faulty = ContainersOf(listed.Out).Where(container => container.IsFaulty).OrderBy(container => container.Health is "starting").FirstOrDefault();
        if (faulty is null)
        {
            return DockerErrors.Explain(arguments, result);
        }
        var logs = await docker.TryAsync([.. Compose(), "logs", "--no-color", "--no-log-prefix", "--tail", $"{ShownLines}", faulty.Service], cancellationToken);
        var lines = $"{logs.Out}\n{logs.Error}".Split('\n').Where(line => line.Trim().Length > 0).TakeLast(ShownLines).Select(line => $"  {line.TrimEnd()}");
        return new ApeTestException($"the service {faulty.Service} of the stack is {faulty.Told}; its last lines:\n{string.Join('\n', lines)}",
            "The lines say why; docs/deploy.md says what each service needs.", ExitCodes.Environment);
    }

    /// <summary>The containers in what <c>docker compose ps --format json</c> writes: an object a line, or, in older versions, one list.</summary>
    internal static IReadOnlyList<StackContainer> ContainersOf(string json)
    {
        try
        {
            var lines = json.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines is [['[', ..]] ? JsonSerializer.Deserialize<StackContainer[]>(lines[0]) ?? [] : [.. lines.Select(line => JsonSerializer.Deserialize<StackContainer>(line)!)];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

/// <summary>One container as Compose lists it.</summary>
/// <param name="Service">Service of the compose file.</param>
/// <param name="State"><c>running</c>, <c>exited</c>, <c>restarting</c>, …</param>
/// <param name="Health"><c>healthy</c>, <c>unhealthy</c>, <c>starting</c>, or nothing where there is no check.</param>
/// <param name="ExitCode">Of the last process.</param>
internal sealed record StackContainer(string Service, string State, string? Health, int ExitCode)
{
    /// <summary>Whether it keeps the stack from coming up.</summary>
    public bool IsFaulty => State is "exited" or "dead" or "restarting" || Health is "unhealthy" or "starting";

    /// <summary>How it is, in words.</summary>
    public string Told => State is "running" ? Health is "starting" ? "not healthy yet" : Health! : State is "exited" ? $"exited with code {ExitCode}" : State;
}
