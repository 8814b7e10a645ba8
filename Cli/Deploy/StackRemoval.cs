namespace ApeTest.Cli.Deploy;

/// <summary>
/// Removes what belongs to a stack from the engine: containers, networks and volumes that carry both Compose's label of its project and the label of a
/// stack of ours, so that nothing else is ever touched.
/// </summary>
internal sealed class StackRemoval(DockerCommand docker)
{
    /// <summary>Label that every container, network and volume of a stack has; its value is the project.</summary>
    public const string Label = "apetest.stack";

    private static readonly (string Kind, string Name, string[] List, string[] Remove)[] Kinds =
    [
        ("container", "{{.Names}}", ["ps", "--all"], ["rm", "--force", "--volumes"]),
        ("network", "{{.Name}}", ["network", "ls"], ["network", "rm"]),
        ("volume", "{{.Name}}", ["volume", "ls"], ["volume", "rm", "--force"]),
    ];

    /// <summary>All stacks of the engine, by their containers, networks and volumes.</summary>
    public async Task<IReadOnlyList<string>> ProjectsAsync(CancellationToken cancellationToken)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (_, _, list, _) in Kinds)
        {
            found.UnionWith(Words(await docker.RunAsync([.. list, "--filter", $"label={Label}", "--format", "{{.Label \"" + Label + "\"}}"], cancellationToken)));
        }
        return [.. found];
    }

    /// <summary>The folder that a stack was brought up from, as Compose wrote it on its containers; null where it has none.</summary>
    public async Task<string?> DirectoryAsync(string project, CancellationToken cancellationToken) =>
        (await NamesAsync(["ps", "--all"], "{{.Label \"com.docker.compose.project.working_dir\"}}", project, cancellationToken)).FirstOrDefault();

    /// <summary>What there is of a stack, as <c>container 4f2a…</c>.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string project, CancellationToken cancellationToken)
    {
        List<string> all = [];
        foreach (var (kind, name, list, _) in Kinds)
        {
            all.AddRange((await NamesAsync(list, name, project, cancellationToken)).Select(found => $"{kind} {found}"));
        }
        return all;
    }

    /// <summary>Removes it all. Cancelling leaves the rest.</summary>
    public async Task RemoveAsync(string project, CancellationToken cancellationToken)
    {
        foreach (var (_, name, list, remove) in Kinds)
        {
            var names = await NamesAsync(list, name, project, cancellationToken);
            if (names.Count > 0)
            {
                await docker.RunAsync([.. remove, .. names], cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string[] list, string name, string project, CancellationToken cancellationToken) => Words(await docker.RunAsync(
        [.. list, "--filter", $"label=com.docker.compose.project={project}", "--filter", $"label={Label}={project}", "--format", name], cancellationToken));

    private static List<string> Words(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
