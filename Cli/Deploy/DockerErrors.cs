using System.Text.RegularExpressions;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>Says what a failed docker command means and what to do.</summary>
internal static partial class DockerErrors
{
    /// <summary>What is told where no engine answers.</summary>
    public const string Silent = "the container engine does not answer";

    private const int ShownLines = 6;

    /// <summary>The error of a command (exit 3).</summary>
    public static ApeTestException Explain(IReadOnlyList<string> arguments, ProgramResult result)
    {
        var said = result.Said;
        var (message, hint) = Known(said) ?? ($"docker {arguments[0]} failed with code {result.Code}:\n{Last(said)}", "Run the same with docker itself to see more.");
        return new ApeTestException(message, hint, ExitCodes.Environment);
    }

    /// <summary>Whether docker said that no engine answers it.</summary>
    public static bool IsSilent(string said) => Has(said, "Cannot connect to the Docker daemon") || Has(said, "Is the docker daemon running") || Has(said, "error during connect")
        || Has(said, "failed to connect to the docker API");

    private static (string Message, string Hint)? Known(string said) =>
        Has(said, "permission denied while trying to connect") ? ("this user may not use the container engine",
            "Add it to the group docker (sudo usermod -aG docker $USER, then log in again), or use a rootless engine.")
        : IsSilent(said) ? (Silent,
            "Start it (sudo systemctl start docker, or Docker Desktop); DOCKER_HOST names another. Without containers: ape-test start.")
        : Has(said, "'compose' is not a docker command") || Has(said, "unknown command: docker compose") || Has(said, "unknown shorthand flag: 'p' in -p") ? ("docker has no Compose v2",
            "Install the plugin: apt-get install docker-compose-plugin (or docker-compose from Debian trixie on).")
        : Has(said, "port is already allocated") || Has(said, "address already in use") ? ($"a port is taken: {Line(said, "already")}",
            "Set another: APE_PORT (collector), APE_GRAFANA_PORT, APE_PROMETHEUS_PORT.")
        : Has(said, "no space left on device") ? ("the engine's disk is full", "Free some space there: docker system df shows what takes it.")
        : Has(said, "Range of CPUs") ? ("the engine has fewer CPUs than a container may use", "Set APE_CPUS and APE_AGENT_CPUS to at most as many as it has.")
        : MissingImage(said) is { } image ? Missing(image)
        : null;

    private static (string Message, string Hint) Missing(string image) => ($"the image {image} is not there",
        image.Contains("apetest/", StringComparison.Ordinal) ? "Build the images: ape-test images." : $"The engine could not pull it: docker pull {image} says why.");

    private static string? MissingImage(string said) =>
        ImagePattern().Match(said) is { Success: true } match ? match.Groups.Values.Skip(1).First(group => group.Success).Value.TrimEnd(':', '.') : null;

    private static bool Has(string said, string text) => said.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static string Line(string said, string text) => said.Split('\n').First(line => Has(line, text)).Trim();

    private static string Last(string said) => string.Join('\n', said.Split('\n').Where(line => line.Trim().Length > 0).TakeLast(ShownLines).Select(line => $"  {line.TrimEnd()}"));

    [GeneratedRegex(@"No such image: (\S+)|pull access denied for (\S+?),|manifest for (\S+) not found|failed to resolve reference ""([^""]+)""|Unable to find image '([^']+)'|Head ""?https?://[^/]+/v2/(\S+?)/manifests", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ImagePattern();
}
