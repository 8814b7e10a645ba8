using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Readiness;

/// <summary>Asks before a target that is not on this machine is loaded.</summary>
internal sealed class TargetConsent(CliEnvironment environment, bool confirmed)
{
    private const int MostOperations = 6;

    /// <summary>Returns when the target may be loaded; otherwise <see cref="ApeTestException"/> (exit 2).</summary>
    public void Ask(Scenario scenario, ToolCatalog catalog)
    {
        if (confirmed || ServiceUrls.IsLoopbackHost(scenario.Target.Url.Host))
        {
            return;
        }
        var changing = scenario.Goals.IsEmpty ? Requests(scenario) : catalog.ChangingNames.ToList();
        var touched = changing.Count == 0
            ? "Any request may be sent there."
            : $"{changing.Count} operations change data there: {string.Join(", ", changing.Take(MostOperations))}{(changing.Count > MostOperations ? ", …" : string.Empty)}.";
        if (!environment.InputIsTerminal || !environment.ErrorIsTerminal)
        {
            throw new ApeTestException($"the target {scenario.Target.Url} is not on this machine. {touched}",
                "Add -y if you may load it.", ExitCodes.Input);
        }
        environment.Error.WriteLine($"{scenario.Agents} agents are about to load {scenario.Target.Url}, which is not on this machine.");
        environment.Error.WriteLine(touched);
        environment.Error.Write("Go on? [y/N] ");
        environment.Error.Flush();
        if (environment.In.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new ApeTestException("not confirmed: nothing was sent", null, ExitCodes.Input);
        }
    }

    /// <summary>Requests of the journeys that may change data.</summary>
    private static List<string> Requests(Scenario scenario) =>
        [.. scenario.Journeys.SelectMany(static journey => journey.Requests())
            .Where(static step => step.Request!.Method is not ("GET" or "HEAD" or "OPTIONS"))
            .Select(static step => step.Name ?? $"{step.Request!.Method} {step.Request.Path}").Distinct(StringComparer.Ordinal)];
}
