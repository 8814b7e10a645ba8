using System.Globalization;

namespace ApeTest.Hosting.CommandLine;

/// <summary>
/// The arguments of <c>ape-test start</c>. A value is a text, or whatever the application model will resolve to one when the command starts (an endpoint, a
/// parameter): it passes through as it is, so that nothing here needs the model.
/// </summary>
internal sealed class StartArguments
{
    private readonly List<string> _success = [];
    private readonly List<string> _thresholds = [];

    /// <summary>Path of a scenario file. Default null: none; the flags say it all.</summary>
    public string? Scenario { get; set; }

    /// <summary>Says the base URL of the application under test; asked when the command starts. Default null: the scenario's, else the sample shop.</summary>
    public Func<object>? Target { get; set; }

    /// <summary>Where its OpenAPI document is: a path on the target, a URL or a file. Default null: the usual paths are tried.</summary>
    public string? OpenApi { get; set; }

    /// <summary>Path of its GraphQL endpoint, or its URL. Default null: none.</summary>
    public string? GraphQl { get; set; }

    /// <summary>What every agent wants to achieve. Default null: the scenario's goals.</summary>
    public object? Goal { get; set; }

    /// <summary>Simulated users at the same time. Default null: the scenario's, else 1.</summary>
    public object? Agents { get; set; }

    /// <summary><c>provider/model</c>. Default null: the scenario's, else the built-in planner.</summary>
    public object? Model { get; set; }

    /// <summary>After this time no new session starts. Default null: the scenario's, else 30 s.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>Sessions in total. Default null: no limit.</summary>
    public int? Iterations { get; set; }

    /// <summary>Base URL of the collector of a stack that the run is submitted to. Default null: the run is in the command's own process.</summary>
    public object? Stack { get; set; }

    /// <summary>File with that stack's service token.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Adds a condition that proves the goal, such as <c>checkout=201</c>; all of them must hold.</summary>
    public void AddSuccess(string expression) => _success.Add(Checked(expression));

    /// <summary>Adds a threshold, such as <c>session_success &gt;= 0.95</c>.</summary>
    public void AddThreshold(string expression) => _thresholds.Add(Checked(expression));

    /// <summary>The command line after the program's name, in the order of the help.</summary>
    public IEnumerable<object> All()
    {
        yield return "start";
        if (Scenario is not null)
        {
            yield return Scenario;
        }
        var flags = new (string Flag, object? Value)[]
        {
            ("--target", Target?.Invoke()), ("--openapi", OpenApi), ("--graphql", GraphQl), ("--goal", Goal), ("--model", Model), ("--agents", Agents),
            ("--duration", Duration is { } duration ? Milliseconds(duration) : null),
            ("--iterations", Iterations is { } iterations ? iterations.ToString(CultureInfo.InvariantCulture) : null),
        };
        foreach (var (flag, value) in flags
            .Concat(_success.Select(static expression => ("--success", (object?)expression)))
            .Concat(_thresholds.Select(static expression => ("--threshold", (object?)expression)))
            .Concat([("--stack", Stack), ("--token-file", TokenFile)]))
        {
            if (value is not null)
            {
                yield return flag;
                yield return value;
            }
        }
        // There is nobody at a terminal to ask: whoever wrote the target into an AppHost has said that it may be loaded.
        yield return "--yes";
    }

    // The unit that every duration of a scenario and a flag has; a TimeSpan may be finer than a second.
    private static string Milliseconds(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms");

    private static string Checked(string expression)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(expression);
        return expression;
    }
}
