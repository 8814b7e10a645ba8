using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Deploy;

/// <summary>Where a stack is to be: its directory, its project and its port.</summary>
/// <param name="Directory">Its files.</param>
/// <param name="Stack">Its containers.</param>
/// <param name="Collector">Base URL of its collector.</param>
internal sealed record ComposePlace(StackDirectory Directory, ComposeStack Stack, Uri Collector)
{
    // As many as a service needs for some thousand agents, where the machine allows them.
    private const int MostFiles = 65_536;

    /// <summary>The file of the stack's token.</summary>
    public string TokenFile => Directory.TokenFile;

    /// <summary>Whether there is an engine with Compose; returns its CPUs. Without one throws <see cref="ApeTestException"/> (exit 3).</summary>
    public static async Task<int> ReadyAsync(DockerCommand docker, CancellationToken cancellationToken)
    {
        var cpus = await docker.RunAsync(["info", "--format", "{{.NCPU}}"], cancellationToken);
        await docker.RunAsync(["compose", "version", "--short"], cancellationToken);
        return int.TryParse(cpus.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : 1;
    }

    /// <summary>Writes the files of a new stack; when it throws, none are left.</summary>
    public static ComposePlace Create(CliEnvironment environment, DockerCommand docker, TargetSpec? target, bool hasShop, int workers, int cpus)
    {
        var directory = StackDirectory.Create(environment.CurrentDirectory, $"ape-{RandomNumberGenerator.GetHexString(8, lowercase: true)}", environment.Time);
        try
        {
            var port = Port(environment.Variables);
            var profiles = (environment.Variables.GetValueOrDefault("COMPOSE_PROFILES") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            DeployFiles.Write(directory.Path, new DeployOptions
            {
                Project = directory.Project,
                Target = target,
                HasShop = hasShop,
                Port = port,
                Workers = workers,
                Cpus = cpus,
                OpenFiles = (int)Math.Min(FileDescriptors.Limit() ?? MostFiles, MostFiles),
                Profiles = profiles,
                Ollama = profiles.Contains("ollama") ? null : GatewayFileText.Reachable(Ollama(environment.Variables)),
            }, StackOwner.OfProcess(), environment.Variables);
            return new ComposePlace(directory, new ComposeStack(docker, directory.Project, directory.Path, Pulls(environment.Variables)), new Uri(ServiceUrls.Loopback(port)));
        }
        catch
        {
            directory.Delete();
            throw;
        }
    }

    private static bool Pulls(IReadOnlyDictionary<string, string> variables) => variables.GetValueOrDefault("APE_PULL") is { Length: > 0 } and not "never";

    private static int Port(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.GetValueOrDefault("APE_PORT") is { Length: > 0 } text)
        {
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort
                ? port
                : throw new ApeTestException($"APE_PORT='{text}' is no port", "Set it to a number from 1 to 65535, or unset it for a free one.", ExitCodes.Input);
        }
        // The engine could choose one itself, but another each time that the collector starts anew.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Uri Ollama(IReadOnlyDictionary<string, string> variables)
    {
        const string usual = "http://127.0.0.1:11434";
        var text = variables.GetValueOrDefault(EnvironmentNames.OllamaHost) is { Length: > 0 } given ? given : usual;
        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url) ? url : new Uri(usual);
    }
}
