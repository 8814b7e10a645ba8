using System.CommandLine;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Cli.Input;

/// <summary>
/// What the user asked to run: a scenario file, environment variables, flags, or nothing at all, which means the demonstration on the
/// sample shop. Flags are passed on as text: the loader is the one place that judges them.
/// </summary>
internal sealed class ScenarioInput
{
    /// <summary>Read when no scenario is named and no target is given.</summary>
    public const string DefaultFile = "ape.yaml";

    private readonly CliEnvironment _environment;
    private readonly string? _file;
    private readonly Dictionary<string, string> _flags;

    public ScenarioInput(CliEnvironment environment, ParseResult parse, ScenarioOptions options)
    {
        _environment = environment;
        _flags = Flags(parse, options);
        var named = parse.GetValue(options.Scenario);
        var aimed = _flags.ContainsKey("target.url") || _flags.ContainsKey("goals")
            || environment.Variables.GetValueOrDefault(ScenarioSources.EnvironmentPrefix + "TARGET__URL") is { Length: > 0 };
        _file = named ?? (!aimed && File.Exists(environment.Absolute(DefaultFile)) ? DefaultFile : null);
        IsDemonstration = _file is null && !aimed;
    }

    /// <summary>Whether the sample shop is the target, because nothing else was named.</summary>
    public bool IsDemonstration { get; }

    /// <summary>Name of the scenario file as given; null for none.</summary>
    public string? FileName => _file;

    /// <summary>Directory to which relative paths in the scenario refer.</summary>
    public string BaseDirectory => _file is null || _flags.ContainsKey("target.openapi")
        ? _environment.CurrentDirectory
        : Path.GetDirectoryName(_environment.Absolute(_file))!;

    /// <summary>Loads the scenario. <paramref name="shop"/>: where the sample shop listens, for a demonstration.</summary>
    public ScenarioLoadResult Load(Uri shop)
    {
        var sources = new ScenarioSources
        {
            // As the user wrote it where that means the same file: errors repeat the name.
            File = _file is null || _environment.CurrentDirectory == Environment.CurrentDirectory ? _file : _environment.Absolute(_file),
            BaseDirectory = _file is null ? _environment.CurrentDirectory : null,
            Environment = _environment.Variables,
            CommandLine = _flags,
        };
        if (IsDemonstration)
        {
            sources = sources with { Text = DemonstrationScenario.Text(shop), TextName = "sample shop" };
        }
        return ScenarioLoader.Load(sources);
    }

    /// <summary>All errors of a scenario as one exception (exit 2).</summary>
    public static ApeTestException Failure(ScenarioLoadResult result) => result.Errors.Length == 1
        ? new ApeTestException(Where(result.Errors[0]), result.Errors[0].Suggestion, ExitCodes.Input)
        : new ApeTestException($"the scenario has {result.Errors.Length} errors:\n" + string.Join('\n', result.Errors.Select(error => $"  {error}")),
            null, ExitCodes.Input);

    private static string Where(ScenarioError error) => (error with { Suggestion = null }).ToString().TrimEnd('.');

    private static Dictionary<string, string> Flags(ParseResult parse, ScenarioOptions options)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        Set("target.url", options.Target);
        Set("target.openapi", options.OpenApi);
        Set("goals", options.Goal);
        Set("llm.model", options.Model);
        Set("agents", options.Agents);
        Set("duration", options.Duration);
        Set("iterations", options.Iterations);
        Set("seed", options.Seed);
        Set("gracefulStop", options.GracefulStop);
        Set("personas[*].think", options.Think);
        if (parse.GetValue(options.Success) is { Length: > 0 } success)
        {
            flags["goals[*].success"] = string.Join("; ", success);
        }
        foreach (var text in parse.GetValue(options.Threshold) ?? [])
        {
            if (!ThresholdExpression.TrySplit(text, out var metric, out var condition, out _))
            {
                // Parsed again for its error.
                ThresholdExpression.Parse(text);
            }
            flags[$"thresholds.{metric}"] = condition;
        }
        return flags;

        void Set(string path, Option<string?> option)
        {
            if (parse.GetValue(option) is { } value)
            {
                flags[path] = value;
            }
        }
    }
}
