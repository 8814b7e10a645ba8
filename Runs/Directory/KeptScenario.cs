using System.Text.RegularExpressions;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Directory;

/// <summary>
/// What <c>scenario.resolved.yaml</c> of a run says, wherever the run's directory and the files of its feeds are by now. Secrets are not in it, nor the rows of files: a value that
/// stands for one of them is <see cref="ResolvedScenario.Redacted"/>.
/// </summary>
public sealed partial class KeptScenario
{
    private readonly ScenarioLoadResult? _loaded;

    private KeptScenario(ScenarioLoadResult? loaded, RunInput? input) => (_loaded, IsAddressDrawn) = (loaded, input is { AddressDrawn: true } or { Demonstration: true });

    /// <summary>Whether the target was started for the run on a free port, so that its address says nothing.</summary>
    public bool IsAddressDrawn { get; }

    /// <summary>The scenario; null where the file is gone, or cannot be read.</summary>
    public Scenario? Scenario => _loaded?.Scenario;

    /// <summary>The values by their path, as text; empty where the file is gone.</summary>
    public IReadOnlyDictionary<string, string?> Values => _loaded is null ? new Dictionary<string, string?>()
        : _loaded.Resolved.Values.DistinctBy(static value => value.Path).ToDictionary(static value => value.Path, static value => value.Text, StringComparer.Ordinal);

    /// <summary>Reads the file; what cannot be read leaves the scenario null.</summary>
    public static KeptScenario Read(RunDirectory directory)
    {
        try
        {
            var text = File.ReadAllText(directory.ScenarioFile);
            var input = RunInput.Read(directory);
            return new KeptScenario(ScenarioLoader.Load(new ScenarioSources
            {
                Text = KeptText.WithoutFiles(text, file => input?.Files.FirstOrDefault(kept => kept.Path == file)?.Columns ?? []) ?? text,
                TextName = System.IO.Path.GetFileName(directory.ScenarioFile),
                // Of files that a step sends; those of feeds are not read.
                BaseDirectory = input is { BaseDirectory: var home } && System.IO.Directory.Exists(home) ? home : directory.Path,
                Environment = Variables(text),
            }), input);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new KeptScenario(null, null);
        }
    }

    /// <summary>One value; null where it is not set or not known.</summary>
    public string? this[string path] => _loaded?.Resolved.Values.FirstOrDefault(value => value.Path == path)?.Text;

    // What they were is not kept, and who reads the run has others: the text names them, and that must not keep it from being read.
    private static Dictionary<string, string> Variables(string text) => Variable().Matches(text).Select(static match => match.Groups["name"].Value)
        .Where(static name => !name.StartsWith(ScenarioSources.EnvironmentPrefix, StringComparison.Ordinal))
        .Distinct(StringComparer.Ordinal).ToDictionary(static name => name, static _ => ResolvedScenario.Redacted, StringComparer.Ordinal);

    [GeneratedRegex(@"(\$\{|\{\{\s*env\.)(?<name>[A-Za-z_][A-Za-z0-9_]*)")]
    private static partial Regex Variable();
}
