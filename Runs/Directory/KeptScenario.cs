using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Directory;

/// <summary>What <c>scenario.resolved.yaml</c> of a run says. Secrets are not in it.</summary>
public sealed class KeptScenario
{
    private readonly ScenarioLoadResult? _loaded;

    private KeptScenario(ScenarioLoadResult? loaded) => _loaded = loaded;

    /// <summary>The scenario; null where the file is gone, or not whole without what was redacted.</summary>
    public Scenario? Scenario => _loaded?.Scenario;

    /// <summary>The values by their path, as text; empty where the file is gone.</summary>
    public IReadOnlyDictionary<string, string?> Values => _loaded is null ? new Dictionary<string, string?>()
        : _loaded.Resolved.Values.DistinctBy(static value => value.Path).ToDictionary(static value => value.Path, static value => value.Text, StringComparer.Ordinal);

    /// <summary>Reads the file; what cannot be read leaves the scenario null.</summary>
    public static KeptScenario Read(RunDirectory directory)
    {
        try
        {
            return new KeptScenario(ScenarioLoader.Load(new ScenarioSources
            {
                Text = File.ReadAllText(directory.ScenarioFile), TextName = System.IO.Path.GetFileName(directory.ScenarioFile), BaseDirectory = directory.Path,
            }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new KeptScenario(null);
        }
    }

    /// <summary>One value; null where it is not set or not known.</summary>
    public string? this[string path] => _loaded?.Resolved.Values.FirstOrDefault(value => value.Path == path)?.Text;
}
