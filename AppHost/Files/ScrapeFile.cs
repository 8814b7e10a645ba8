using System.Text;
using System.Text.RegularExpressions;

namespace ApeTest.AppHost.Files;

/// <summary>
/// <c>deploy/config/prometheus.yml</c> for services that are processes of this machine: there is no name that resolves to each, so that a job's discovery by
/// name becomes the address at which the container reaches the service. Everything else of the file stays.
/// </summary>
internal static partial class ScrapeFile
{
    /// <summary>The file with the jobs of <paramref name="addresses"/>; those of services that are not there are left out.</summary>
    /// <param name="deployed">Text of the deployed file.</param>
    /// <param name="addresses"><c>host:port</c> of each service, by the name of its job.</param>
    public static string Of(string deployed, IReadOnlyDictionary<string, string> addresses)
    {
        var text = new StringBuilder();
        string? address = null;
        var isKept = true;
        foreach (var line in deployed.ReplaceLineEndings("\n").Split('\n'))
        {
            if (Job().Match(line) is { Success: true } job)
            {
                isKept = addresses.TryGetValue(job.Groups["name"].Value, out address);
            }
            if (isKept)
            {
                text.Append(address is null ? line : Discovery().Replace(line, $"static_configs: [ {{ targets: [\"{address}\"] }} ]")).Append('\n');
            }
        }
        return text.ToString();
    }

    [GeneratedRegex(@"^\s*- job_name:\s*(?<name>\S+)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Job();

    [GeneratedRegex(@"(dns_sd_configs|static_configs):.*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Discovery();
}
