using System.Security.Cryptography;
using System.Text;
using ApeTest.Runs.Control;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Execution.Turns;

/// <summary>What runs of one queue have in common: the server that they load.</summary>
/// <param name="Key">Equal for the same server, however it is spelled.</param>
/// <param name="Shown">As a person knows it.</param>
internal sealed record TurnTarget(string Key, string Shown)
{
    /// <summary>Of a scenario: host and port of its target's URL. A sample that the command brings up itself is one target, whatever port it gets.</summary>
    public static TurnTarget Of(Scenario scenario, bool isDemonstration)
    {
        if (isDemonstration || scenario.Target.Sample is not null)
        {
            var sample = isDemonstration ? "shop" : scenario.Target.Sample!;
            return new TurnTarget($"sample {sample}", $"the sample {sample}");
        }
        return Of(scenario.Target.Url);
    }

    /// <summary>Host and port of a URL.</summary>
    public static TurnTarget Of(Uri url) => new(TargetServer.Of(url), url.GetLeftPart(UriPartial.Authority));

    /// <summary>Name of a folder for it.</summary>
    public string Folder => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))[..16];
}
