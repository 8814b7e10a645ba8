using System.Collections;
using System.Collections.Immutable;

namespace ApeTest.Scenarios.Loading;

/// <summary>What a scenario is made from. Precedence: defaults, then file (or text), then environment, then command line.</summary>
public sealed record ScenarioSources
{
    /// <summary>Prefix of the environment variables that set fields: <c>APETEST_SCENARIO__LLM__MODEL</c>.</summary>
    public const string EnvironmentPrefix = "APETEST_SCENARIO__";

    /// <summary>Path of the scenario file, YAML or JSON, at most 1 MiB. Null: none.</summary>
    public string? File { get; init; }

    /// <summary>The scenario as text, instead of <see cref="File"/>. Null: none.</summary>
    public string? Text { get; init; }

    /// <summary>Name of the scenario in errors. Default: <see cref="File"/> as it is given, or <c>scenario</c>.</summary>
    public string? TextName { get; init; }

    /// <summary>Directory to which paths of data files are relative. Default: the file's directory, or the current one.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>
    /// Environment variables: those with <see cref="EnvironmentPrefix"/> set fields, all of them are open to <c>${VAR}</c>. Default: none;
    /// see <see cref="ProcessEnvironment"/>. An empty variable sets nothing.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Fields set on the command line, path to text: <c>agents</c>, <c>target.url</c>, <c>goals[0].success</c>, <c>personas[*].think</c> (all,
    /// or a new one), <c>target.headers["X-Api.Key"]</c>, <c>thresholds.http_p95{operation=checkout}</c>. <c>goals</c> set to a text replaces
    /// all goals by that one. A path is written in full, in the spelling of the scenario.
    /// </summary>
    public IReadOnlyDictionary<string, string> CommandLine { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Flags that are not to be guessed from the path that they set, path to flag: <c>target.headers["Authorization"]</c> may come of
    /// <c>--auth</c>. What <c>--auth</c> sets is redacted, whatever the header's name. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> CommandLineFlags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var result = new Dictionary<string, string>(
            OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            result[(string)variable.Key] = (string?)variable.Value ?? "";
        }
        return result;
    }
}
