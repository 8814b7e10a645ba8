using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Plans of scenarios as a user writes them.</summary>
internal static class JourneyPlans
{
    public const long Seed = 42;
    public const string Run = "20261121-131502-7f3a";

    /// <summary>A plan of a scenario whose head (name, target, gateway) is given here.</summary>
    /// <param name="yaml">The rest.</param>
    /// <param name="url">Where the target is.</param>
    /// <param name="target">More fields of the target: <c>, transport: sockets</c>.</param>
    public static RunPlan Of(string yaml, Uri? url = null, string target = "")
    {
        using var directory = new TempDirectory();
        var text = $"name: test\ntarget: {{ url: \"{url?.GetLeftPart(UriPartial.Authority) ?? "http://shop.test"}\"{target} }}\ngateway: in-process\n{yaml}";
        var scenario = ScenarioLoader.Load(new ScenarioSources { Text = text, TextName = "test.yaml", BaseDirectory = directory.Path }).ThrowIfInvalid();
        return RunPlanner.Create(scenario, Run, Seed);
    }
}
