using System.CommandLine;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

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
    private readonly ScenarioFlags _flags;
    private readonly KeptInput? _kept;
    private string? _sample;

    /// <summary>A run that is run again.</summary>
    public ScenarioInput(CliEnvironment environment, ParseResult parse, ScenarioOptions options, KeptInput kept)
    {
        (_environment, _kept) = (environment, kept);
        _flags = new ScenarioFlags(parse, options, environment.Variables);
        IsDemonstration = kept.Input.Demonstration && !_flags.Has("target.url");
    }

    public ScenarioInput(CliEnvironment environment, ParseResult parse, ScenarioOptions options)
    {
        _environment = environment;
        _flags = new ScenarioFlags(parse, options, environment.Variables);
        var named = parse.GetValue(options.Scenario);
        var aimed = _flags.Has("target.url") || _flags.Has("goals")
            || environment.Variables.GetValueOrDefault(ScenarioSources.EnvironmentPrefix + "TARGET__URL") is { Length: > 0 };
        _file = named ?? (!aimed && File.Exists(environment.Absolute(DefaultFile)) ? DefaultFile : null);
        IsTargetHere = IsDemonstration = _file is null && !aimed;
        if (IsDemonstration && _flags.AboutTarget is { } flag)
        {
            throw new ApeTestException($"{flag} says how to reach a target, and no target is named",
                "Add --target URL, or name a scenario file.", ExitCodes.Input);
        }
    }

    /// <summary>Whether the sample shop is the target, because nothing else was named.</summary>
    public bool IsDemonstration { get; }

    /// <summary>Whether what is tested runs in this process too.</summary>
    public bool IsTargetHere { get; private set; }

    /// <summary>Name of the scenario file as given; null for none.</summary>
    public string? FileName => _file ?? _kept?.Name;

    /// <summary>What is kept of the input in the run's directory.</summary>
    public RunInput Kept => _kept is not null ? _kept.Input with { Sample = _sample } : new RunInput
    {
        Sample = _sample,
        Scenario = _file is null ? null : _environment.Absolute(_file), Demonstration = IsDemonstration,
        BaseDirectory = _file is null ? _environment.CurrentDirectory : Path.GetDirectoryName(_environment.Absolute(_file))!,
    };

    /// <summary>Directory to which relative paths in the scenario refer.</summary>
    public string BaseDirectory => _kept is not null && !_flags.Has("target.openapi") ? _kept.Input.BaseDirectory : _file is null || _flags.Has("target.openapi")
        ? _environment.CurrentDirectory
        : Path.GetDirectoryName(_environment.Absolute(_file))!;

    /// <summary>What the flags override without being asked: goals of the file that <c>--goal</c> replaces.</summary>
    public IEnumerable<string> Notes()
    {
        if (_file is not null && _flags.Has("goals"))
        {
            var goals = ScenarioLoader.Load(Sources() with { CommandLine = new Dictionary<string, string>() }).Scenario?.Goals.Length ?? 0;
            if (goals > 0)
            {
                yield return $"warning: --goal replaces {(goals == 1 ? "the goal" : $"the {goals} goals")} of {_file}";
            }
        }
    }

    /// <summary>Loads the scenario. <paramref name="shop"/>: where the sample shop listens, for a demonstration.</summary>
    public ScenarioLoadResult Load(Uri shop)
    {
        var sources = Sources();
        if (IsDemonstration)
        {
            sources = _kept is null
                ? sources with { Text = DemonstrationScenario.Text(shop), TextName = "sample shop" }
                : sources with { CommandLine = new Dictionary<string, string>(sources.CommandLine, StringComparer.Ordinal) { ["target.url"] = shop.ToString() } };
        }
        return ScenarioLoader.Load(sources);
    }

    /// <summary>The sample target that has to be started: the one that the scenario names, or the one that a run had which is run again. Null for none.</summary>
    public string? SampleOf(Scenario scenario) => scenario.Target.Sample ?? (_flags.Has("target.url") ? null : _kept?.Input.Sample);

    /// <summary>Loads the scenario again, once its sample target <paramref name="name"/> listens at <paramref name="sample"/>.</summary>
    public ScenarioLoadResult LoadAt(string name, Uri sample)
    {
        _sample = name;
        IsTargetHere = true;
        var sources = Sources();
        return ScenarioLoader.Load(sources with
        {
            CommandLine = new Dictionary<string, string>(sources.CommandLine, StringComparer.Ordinal) { ["target.url"] = sample.ToString() },
            CommandLineFlags = new Dictionary<string, string>(sources.CommandLineFlags, StringComparer.Ordinal) { ["target.url"] = "sample" },
        });
    }

    private ScenarioSources Sources() => new()
    {
        // As the user wrote it where that means the same file: errors repeat the name.
        Text = _kept?.Text,
        TextName = _kept?.Name,
        File = _file is null || _environment.CurrentDirectory == Environment.CurrentDirectory ? _file : _environment.Absolute(_file),
        BaseDirectory = _kept?.Input.BaseDirectory ?? (_file is null ? _environment.CurrentDirectory : null),
        Environment = _environment.Variables,
        CommandLine = _kept?.With(_flags.Values) ?? _flags.Values,
        CommandLineFlags = _flags.Names,
    };

    /// <summary>All errors of a scenario as one exception (exit 2).</summary>
    public static ApeTestException Failure(ScenarioLoadResult result) => result.Errors.Length == 1
        ? new ApeTestException(Where(result.Errors[0]), result.Errors[0].Suggestion, ExitCodes.Input)
        : new ApeTestException($"the scenario has {result.Errors.Length} errors:\n" + string.Join('\n', result.Errors.Select(error => $"  {error}")),
            null, ExitCodes.Input);

    private static string Where(ScenarioError error) => (error with { Suggestion = null }).ToString().TrimEnd('.');
}
