using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Targets.Policy;

namespace ApeTest.Cli.Deploy;

/// <summary>The gateway file of a stack for a scenario's target. It holds no header of the target's: agents send those themselves, so that no secret is in it.</summary>
internal static class GatewayFileText
{
    /// <summary>What a container calls the machine that it runs on.</summary>
    public const string HostOfContainers = "host.docker.internal";

    private static readonly JsonSerializerOptions Shape = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file as JSON (DESIGN 14.5).</summary>
    public static string Of(TargetSpec target)
    {
        var options = TargetOptions.From(target);
        return JsonSerializer.Serialize(new
        {
            targets = new[]
            {
                new
                {
                    name = options.Name,
                    url = Reachable(target.Url).AbsoluteUri,
                    openapi = IsPath(options.OpenApi) ? options.OpenApi : null,
                    graphql = options.GraphQl,
                    hosts = options.Hosts,
                    timeout = options.Timeout,
                    insecure = options.Insecure,
                },
            },
        }, Shape) + "\n";
    }

    /// <summary>The target as containers reach it: this machine's loopback is their own, and the machine has another name there.</summary>
    public static Uri Reachable(Uri target) => ServiceUrls.IsLoopbackHost(target.IdnHost) ? new UriBuilder(target) { Host = HostOfContainers }.Uri : target;

    // A document in a file of this machine is in no container; the run's plan carries it anyway.
    private static bool IsPath(string? openApi) => openApi is null || openApi.StartsWith('/') || Uri.TryCreate(openApi, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
}
