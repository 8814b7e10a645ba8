using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Binding;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading;

/// <summary>
/// Loads a scenario from YAML or JSON, environment and command line. The sources become one tree whose values know where they come from;
/// one binder validates the tree. All errors are gathered; a bad scenario is a result, never an exception.
/// </summary>
public static class ScenarioLoader
{
    /// <summary>Loads a scenario.</summary>
    public static ScenarioLoadResult Load(ScenarioSources sources)
    {
        var errors = new ErrorList();
        var (name, text) = Text(sources, errors);
        if (errors.Count > 0)
        {
            return Failed(errors);
        }

        // 1. The file.
        var root = text is null ? new MappingNode(new Origin(OriginKind.File, name)) : TreeReader.Read(name, text, errors);
        if (text is not null && errors.Count == 0 && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            // YAML reads it, the user's other tools will not: a trailing comma, a single quote.
            ScenarioFile.CheckJson(text, name, errors);
        }
        if (root is not null and not MappingNode)
        {
            errors.Add(root.Origin, "", $"must be a mapping of fields (got {root.Description})", "Start with for example `target: { url: http://127.0.0.1:5080 }`.");
        }
        if (root is not MappingNode mapping)
        {
            return Failed(errors);
        }

        // 2. Over it the environment, over that the command line.
        var merger = new OverrideMerger(mapping, errors);
        merger.ApplyEnvironment(sources.Environment);
        merger.ApplyCommandLine(sources.CommandLine, sources.CommandLineFlags);

        // 3. Defaults and rules.
        var context = new BindContext(errors, sources.Environment, BaseDirectory(sources), sources.File);
        var (scenario, resolved) = ScenarioBinder.Bind(context, mapping);
        return new ScenarioLoadResult(errors.Count == 0 ? scenario : null, errors.ToImmutable(), resolved, [.. context.DataFiles])
        {
            Notes = [.. context.Notes],
        };
    }

    /// <summary>Loads a file with the variables of this process.</summary>
    public static ScenarioLoadResult LoadFile(string path) =>
        Load(new ScenarioSources { File = path, Environment = ScenarioSources.ProcessEnvironment() });

    private static (string Name, string? Text) Text(ScenarioSources sources, ErrorList errors)
    {
        var name = Quote.Plain(sources.TextName ?? sources.File ?? "scenario", 400);
        return sources switch
        {
            { Text: { } text } => (name, ScenarioFile.Check(text, name, errors)),
            { File: { } file } => (name, ScenarioFile.Read(file, name, errors)),
            _ => (name, null),
        };
    }

    private static string BaseDirectory(ScenarioSources sources)
    {
        var directory = sources.BaseDirectory ?? (sources.File is null ? null : Path.GetDirectoryName(Path.GetFullPath(sources.File)));
        return Path.GetFullPath(directory ?? ".");
    }

    private static ScenarioLoadResult Failed(ErrorList errors) =>
        new(null, errors.ToImmutable(), ResolvedScenario.Empty, ImmutableArray<string>.Empty);
}
