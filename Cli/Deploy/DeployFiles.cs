using System.Globalization;
using System.Text;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Deploy;

/// <summary>Writes a stack's directory: <c>compose.yaml</c>, <c>config/</c>, <c>secrets/</c> and <c>.env</c>. <c>docker compose up</c> works in it without <c>ape-test</c>.</summary>
internal static class DeployFiles
{
    /// <summary>The compose file, below the stack's directory.</summary>
    public const string Compose = "compose.yaml";

    /// <summary>What fills the compose file's variables.</summary>
    public const string Variables = ".env";

    /// <summary>Variables that the stack's own file sets: those of the shell must not go before it where the command line has said what they are.</summary>
    public static IReadOnlyCollection<string> Decided { get; } =
    [
        "COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "APE_UID", "APE_GID", "APE_PORT", "APE_WORKERS", "APE_OTLP", "APE_OLLAMA_HOST",
        .. StackSecrets.ProviderKeys.Select(static key => key.Compose),
    ];

    private const string GatewayFile = "config/ape.mcp-gateway.json";
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes everything; secrets that are there stay. A directory that cannot be written throws <see cref="ApeTestException"/> (exit 3).</summary>
    public static void Write(string directory, DeployOptions options, StackOwner owner, IReadOnlyDictionary<string, string> variables)
    {
        try
        {
            foreach (var path in DeployTemplates.Paths)
            {
                var file = Path.Combine(directory, path);
                MakeFolder(directory, Path.GetDirectoryName(path)!);
                File.WriteAllText(file, TextOf(path, options));
                OpenFile(file);
            }
            StackSecrets.Draw(directory, owner, variables);
            File.WriteAllText(Path.Combine(directory, Variables), Environment(directory, options, owner));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"the stack's files cannot be written: {e.Message}", "Start in a directory that you may write to, with free space.", ExitCodes.Environment, e);
        }
    }

    /// <summary>Draws what of a machine's own is missing: secrets, <c>.env</c>. Everything that is there stays.</summary>
    public static void Complete(string directory, DeployOptions options, StackOwner owner, IReadOnlyDictionary<string, string> variables)
    {
        StackSecrets.Draw(directory, owner, variables);
        var file = Path.Combine(directory, Variables);
        if (!File.Exists(file))
        {
            File.WriteAllText(file, Environment(directory, options, owner));
        }
    }

    private static string TextOf(string path, DeployOptions options) => path switch
    {
        GatewayFile when options.Target is { } target => GatewayFileText.Of(target),
        // Compose reads profiles of the project's own .env only: a file that includes this one would bring up no shop.
        Compose when options.HasShop => DeployTemplates.Read(path).Replace("    profiles: [shop]\n", "", StringComparison.Ordinal),
        _ => DeployTemplates.Read(path),
    };

    // Folders are mounted, too: each on the way is opened.
    private static void MakeFolder(string directory, string below)
    {
        var folder = directory;
        Directory.CreateDirectory(folder);
        foreach (var name in below.Split('/', '\\').Where(static name => name.Length > 0))
        {
            folder = Path.Combine(folder, name);
            Directory.CreateDirectory(folder);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, Open | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            }
        }
    }

    // A container's user is somebody else: whatever the umask, it reads its configuration, which holds no secret.
    private static void OpenFile(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        File.SetUnixFileMode(file, Open);
    }

    private static string Environment(string directory, DeployOptions options, StackOwner owner)
    {
        string[] profiles = options.Target is null || options.HasShop ? [.. options.Profiles, "shop"] : [.. options.Profiles];
        var text = new StringBuilder("# Written by ape-test; compose.yaml says what each is. Variables of the shell go before these.\n");
        void Line(string name, string value) => text.Append(name).Append('=').Append(value).Append('\n');
        void Number(string name, long value) => Line(name, value.ToString(CultureInfo.InvariantCulture));

        Line("COMPOSE_PROJECT_NAME", options.Project);
        Line("COMPOSE_PROFILES", string.Join(',', profiles));
        Number("APE_UID", owner.Uid);
        Number("APE_GID", owner.Gid);
        Number("APE_PORT", options.Port);
        Number("APE_WORKERS", options.Workers);
        Number("APE_OPEN_FILES", options.OpenFiles);
        if (options.Cpus is { } cpus)
        {
            Number("APE_CPUS", Math.Min(cpus, 2));
            Number("APE_AGENT_CPUS", 1);
        }
        if (options.Ollama is { } ollama)
        {
            Line("APE_OLLAMA_HOST", ollama.GetLeftPart(UriPartial.Authority));
        }
        if (profiles.Contains("observability"))
        {
            Line("APE_OTLP", "http://alloy:4318");
        }
        foreach (var (file, _, compose) in StackSecrets.ProviderKeys)
        {
            if (new FileInfo(Path.Combine(directory, StackSecrets.Folder, file)).Length > 0)
            {
                Line(compose, $"/run/secrets/{file}");
            }
        }
        return text.ToString();
    }
}
