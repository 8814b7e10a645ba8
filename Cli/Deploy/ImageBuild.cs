using System.Globalization;
using ApeTest.Cli.Errors;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>
/// Builds the image of a service: publishes it on this machine, for the engine's architecture, and copies it onto the runtime image. So a build needs the SDK that
/// is here, and neither an SDK image nor BuildKit.
/// </summary>
internal sealed class ImageBuild(CliEnvironment environment, SourceCheckout checkout)
{
    /// <summary>The runtime image that services are copied onto.</summary>
    public const string DefaultBase = "mcr.microsoft.com/dotnet/aspnet:10.0";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Passable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Writable = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly DockerCommand _docker = new(environment);
    private readonly ExternalProgram _dotnet = new(environment, "dotnet", [],
        new ApeTestException("the .NET SDK was not found (no `dotnet` on the PATH)", "Install the .NET 10 SDK, then run this command again.", ExitCodes.Environment));

    private string Work => Path.Combine(checkout.Root, "artifacts", "images");

    /// <summary>The engine's architecture as a .NET runtime id. An engine that does not answer throws <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task<string> RuntimeAsync(CancellationToken cancellationToken)
    {
        var platform = (await _docker.RunAsync(["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"], cancellationToken)).Trim();
        return platform switch
        {
            "linux/amd64" => "linux-x64",
            "linux/arm64" => "linux-arm64",
            _ => throw new ApeTestException($"the container engine runs {platform}, for which there are no images", "Use an engine of linux/amd64 or linux/arm64.", ExitCodes.Environment),
        };
    }

    /// <summary>Pulls the runtime image where the engine does not have it. One that it cannot pull throws <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task ReadyAsync(string baseImage, CancellationToken cancellationToken)
    {
        if ((await _docker.TryAsync(["image", "inspect", "--format", "{{.Id}}", baseImage], cancellationToken)).Code == 0)
        {
            return;
        }
        var pulled = await _docker.TryAsync(["pull", "--quiet", baseImage], cancellationToken);
        if (pulled.Code != 0)
        {
            throw new ApeTestException($"the runtime image {baseImage} is not there and cannot be pulled: {pulled.Said.Split('\n')[^1].Trim()}",
                "Name one that the engine has with --base IMAGE; it needs the ASP.NET Core 10 runtime.", ExitCodes.Environment);
        }
    }

    /// <summary>Publishes a service into its build context; returns the context's folder.</summary>
    public async Task<string> PublishAsync(ServiceImage service, string runtime, CancellationToken cancellationToken)
    {
        var context = Path.Combine(Work, service.Name);
        var app = Path.Combine(context, "root", "app");
        try
        {
            if (Directory.Exists(context))
            {
                Directory.Delete(context, recursive: true);
            }
            Directory.CreateDirectory(app);
            var published = await _dotnet.RunAsync(
            [
                "publish", Path.Combine(checkout.Root, service.Project), "--configuration", "Release", "--runtime", runtime, "--no-self-contained",
                "--artifacts-path", Path.Combine(Work, "build"), "--output", app, "--nologo", "--disable-build-servers", "--verbosity", "quiet",
                "-clp:NoSummary", "-p:RunAnalyzers=false", "-p:WarningLevel=0", "-p:DebugType=None", "-p:UseAppHost=true",
            ], cancellationToken);
            if (published.Code != 0)
            {
                throw new ApeTestException($"{service.Name} could not be published:\n{Errors(published.Said)}", null, ExitCodes.Environment);
            }
            File.Move(Path.Combine(app, service.Executable), Path.Combine(app, "service"));
            Directory.CreateDirectory(Path.Combine(context, "root", "data"));
            File.Copy(checkout.Dockerfile, Path.Combine(context, "Dockerfile"));
            Open(Path.Combine(context, "root"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"the build context of {service.Name} cannot be written: {e.Message}", $"It is below {Work}.", ExitCodes.Environment, e);
        }
        return context;
    }

    /// <summary>Builds the image of a published service under each of <paramref name="tags"/>; returns its size in bytes.</summary>
    public async Task<long> BuildAsync(ServiceImage service, string context, string baseImage, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "build", "--build-arg", $"BASE={baseImage}", "--build-arg", $"SERVICE={service.Name}", "--build-arg", $"PORT={service.Port}",
            "--build-arg", $"VERSION={ProductVersion.Text}", "--build-arg", $"REVISION={ProductVersion.Revision}",
            "--build-arg", $"CREATED={environment.Time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}",
            .. tags.SelectMany(tag => new[] { "--tag", tag }), context,
        ];
        await _docker.RunAsync(arguments, cancellationToken);
        var size = await _docker.RunAsync(["image", "inspect", "--format", "{{.Size}}", tags[0]], cancellationToken);
        return long.Parse(size.Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Pushes an image to its registry.</summary>
    public Task PushAsync(string image, CancellationToken cancellationToken) => _docker.RunAsync(["push", "--quiet", image], cancellationToken);

    // Whatever the umask: a container's user is somebody else. /data is what a new volume there begins with.
    private static void Open(string root)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        foreach (var entry in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Prepend(root))
        {
            var mode = File.GetUnixFileMode(entry) | Readable;
            File.SetUnixFileMode(entry, Directory.Exists(entry) || mode.HasFlag(UnixFileMode.UserExecute) ? mode | Passable : mode);
        }
        File.SetUnixFileMode(Path.Combine(root, "data"), Readable | Writable | Passable | UnixFileMode.StickyBit);
    }

    private static string Errors(string said)
    {
        var lines = said.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Distinct().Take(10).ToArray();
        return string.Join('\n', (lines.Length > 0 ? lines : said.Split('\n').TakeLast(10)).Select(line => $"  {line.Trim()}"));
    }
}
