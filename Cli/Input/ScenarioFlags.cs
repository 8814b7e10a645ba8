using System.CommandLine;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Cli.Input;

/// <summary>The flags of <see cref="ScenarioOptions"/> as fields of a scenario: path to text. The loader is the one place that judges the texts.</summary>
internal sealed class ScenarioFlags
{
    // These mean nothing without a target of the user's own.
    private static readonly string[] TargetFields = ["target.openapi", "target.graphql", "target.insecure"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Reads the line. A header, credential or threshold that cannot be split throws <see cref="ApeTestException"/> (exit 2).</summary>
    public ScenarioFlags(ParseResult parse, ScenarioOptions options, IReadOnlyDictionary<string, string> variables)
    {
        Set("target.url", options.Target);
        Set("target.openapi", options.OpenApi);
        Set("target.graphql", options.GraphQl);
        Set("goals", options.Goal);
        Set("llm.model", options.Model);
        Set("agents", options.Agents);
        Set("load.rate", options.Rate);
        Set("duration", options.Duration);
        Set("iterations", options.Iterations);
        Set("seed", options.Seed);
        Set("gracefulStop", options.GracefulStop);
        Set("personas[*].think", options.Think);
        if (parse.GetValue(options.Insecure))
        {
            _values["target.insecure"] = "true";
        }
        if (parse.GetValue(options.Success) is { Length: > 0 } success)
        {
            _values["goals[*].success"] = string.Join("; ", success);
        }
        SetHeaders(parse.GetValue(options.Header) ?? [], parse.GetValue(options.Auth), variables);
        SetThresholds(parse.GetValue(options.Threshold) ?? []);

        void Set(string path, Option<string?> option)
        {
            if (parse.GetValue(option) is { } value)
            {
                _values[path] = value;
            }
        }
    }

    /// <summary>Path to text.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Path to flag, where the path does not say it.</summary>
    public IReadOnlyDictionary<string, string> Names => _names;

    /// <summary>A flag that says how to reach a target; null where none is given.</summary>
    public string? AboutTarget => _names.Values.FirstOrDefault() ?? TargetFields.FirstOrDefault(Has)?.Replace("target.", "--", StringComparison.Ordinal);

    /// <summary>Whether a field is set.</summary>
    public bool Has(string path) => _values.ContainsKey(path);

    private void SetHeaders(IReadOnlyList<string> headers, string? auth, IReadOnlyDictionary<string, string> variables)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers.Select(TargetHeader.Parse))
        {
            Add(header, "--header", seen.Add(header.Name) ? null : $"--header gives {header.Name} twice");
        }
        if (auth is not null)
        {
            var header = TargetHeader.ParseAuth(auth, variables);
            Add(header, TargetHeader.AuthFlag, seen.Add(header.Name) ? null : $"{TargetHeader.AuthFlag} and --header both give {header.Name}");
        }

        void Add(TargetHeader header, string flag, string? contradiction)
        {
            if (contradiction is not null)
            {
                throw new ApeTestException(contradiction, "Keep one of the two.", ExitCodes.Input);
            }
            _values[header.Path] = header.Text;
            _names[header.Path] = flag;
        }
    }

    private void SetThresholds(IReadOnlyList<string> thresholds)
    {
        foreach (var text in thresholds)
        {
            if (!ThresholdExpression.TrySplit(text, out var metric, out var condition, out var error))
            {
                throw new ApeTestException($"--threshold '{text}': {error.Message}", error.Suggestion ?? "Write for example --threshold 'session_success >= 0.95'.", ExitCodes.Input);
            }
            if (!_values.TryAdd($"thresholds.{metric}", condition))
            {
                throw new ApeTestException($"--threshold is given twice for {metric}", "Keep one of the two.", ExitCodes.Input);
            }
        }
    }
}
