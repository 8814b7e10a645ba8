using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Thresholds;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Try;

/// <summary>
/// A tried scenario as a file that <c>start</c> runs unedited: what differs from the defaults, the oracle as declared conditions, a first
/// load and thresholds, and a comment where there is something to know or to change. It holds no secret.
/// </summary>
internal sealed partial class SavedScenario(CliEnvironment environment, ScenarioInput input, ScenarioLoadResult loaded, TrialResult result)
{
    private const int DemonstrationRows = 20;
    private const string FirstAgents = "5";
    private const string FirstDuration = "1m";

    private readonly StringBuilder _text = new();
    private readonly List<string> _notes = [];
    private readonly Scenario _scenario = result.Start.Judged;
    private readonly ResolvedScenario _resolved = loaded.Resolved;

    /// <summary>First feed that holds secret values in the scenario itself, not in a file of its own; null for none.</summary>
    public static string? SecretFeed(Scenario scenario) =>
        scenario.Data.FirstOrDefault(feed => feed.Value is { File: null, Generated: false } && feed.Value.Columns.Any(column => scenario.Secrets.Contains($"{feed.Key}.{column}"))).Key;

    /// <summary>The text for a file at <paramref name="path"/>, to which it relates all paths, and what its user must know.</summary>
    public (string Text, IReadOnlyList<string> Notes) Write(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        Head(path);
        Target(directory);
        HowMuch();
        Llm(directory);
        Personas();
        Data(directory);
        Goals();
        Section("session", null);
        Section("telemetry", null);
        foreach (var field in new[] { "gateway", "gracefulStop" })
        {
            if (Set(field) is { } text)
            {
                Line($"{field}: {Value(text)}");
            }
        }
        Thresholds();
        return (_text.ToString(), _notes);
    }

    private void Head(string path)
    {
        var name = Path.GetFileName(path);
        Line($"# Saved by ape-test try: one session succeeded in {Show.Seconds(result.Record!.DurationS)} (trace {result.Record.TraceId}).");
        Line($"#   ape-test validate {name}   checks it and shows every value with its source");
        Line($"#   ape-test start {name}      runs it");
        if (Set("name") is { } text && !input.IsDemonstration)
        {
            Line($"name: {YamlText.Of(text)}");
        }
    }

    private void Target(string directory)
    {
        var target = _scenario.Target;
        Line("\ntarget:");
        if (Set("target.name") is { } name)
        {
            Line($"  name: {YamlText.Of(name)}");
        }
        if (input.IsDemonstration)
        {
            var shop = ServiceUrls.Loopback(DefaultPorts.Shop);
            Line($"  url: {YamlText.Of(shop)} # the sample shop: start it with `ape-test shop`");
            _notes.Add($"it tests the sample shop at {shop}: start it with `ape-test shop`");
        }
        else
        {
            Line($"  url: {YamlText.Of(target.Url.ToString())}");
        }
        if (target.OpenApi is { } openApi)
        {
            Line($"  openapi: {YamlText.Of(IsFile(openApi) ? Relative(directory, Path.GetFullPath(openApi, input.BaseDirectory)) : openApi)}");
        }
        if (target.GraphQl is { } graphQl)
        {
            Line($"  graphql: {YamlText.Of(graphQl)}");
        }
        if (!target.Hosts.IsEmpty)
        {
            Line($"  hosts: [ {string.Join(", ", target.Hosts.Select(YamlText.Of))} ]");
        }
        Headers(target);
        foreach (var field in new[] { "timeout", "insecure" })
        {
            if (Set($"target.{field}") is { } text)
            {
                Line($"  {field}: {Value(text)}");
            }
        }
    }

    private void Headers(TargetSpec target)
    {
        if (target.Headers.IsEmpty)
        {
            return;
        }
        Line("  headers:");
        foreach (var header in target.Headers.Select(header => SavedHeader.Of(header.Key, header.Value, _resolved, environment.Variables)))
        {
            Line($"    {YamlText.Of(header.Name)}: {YamlText.Of(header.Text)}{(header.Variable is { } variable ? $" # from the environment: {variable}" : string.Empty)}");
            if (header is { Variable: { } needed, IsSet: false })
            {
                _notes.Add($"the value of {header.Name} is not in the file: export {needed}=... before you start it");
            }
        }
    }

    private void HowMuch()
    {
        Line("\n# How much, how long: a first load. More agents, once the figures are understood.");
        Line($"agents: {Value(Set("agents") ?? FirstAgents)}");
        var (duration, iterations) = (Set("duration"), Set("iterations"));
        if (iterations is null || duration is not null)
        {
            Line($"duration: {Value(duration ?? FirstDuration)}");
        }
        if (iterations is not null)
        {
            Line($"iterations: {Value(iterations)}");
        }
        if (Set("seed") is { } seed)
        {
            Line($"seed: {Value(seed)} # the same choices in every run");
        }
        Section("load", null);
    }

    private void Llm(string directory)
    {
        Section("llm", "Who decides. A real model: cerebras/gpt-oss-120b (CEREBRAS_API_KEY) or ollama/NAME.", ("model", _scenario.Llm.Model));
        if (!_scenario.Llm.Fallback.IsEmpty)
        {
            Line($"  fallback: [ {string.Join(", ", _scenario.Llm.Fallback.Select(YamlText.Of))} ]");
        }
        Nested("llm", "cassette", (field, text) => field == "file" ? Relative(directory, _scenario.Llm.Cassette!.File) : text);
        Nested("llm", "planner", static (_, text) => text);
    }

    /// <summary>The fields of an object within a section that are set, on one line.</summary>
    private void Nested(string section, string name, Func<string, string, string> write)
    {
        var path = $"{section}.{name}.";
        var fields = new List<string>();
        foreach (var value in _resolved.Values.Where(value => value.Path.StartsWith(path, StringComparison.Ordinal)))
        {
            if (Set(value.Path) is { } text)
            {
                var field = value.Path[path.Length..];
                fields.Add($"{field}: {Value(write(field, text))}");
            }
        }
        if (fields.Count > 0)
        {
            Line($"  {name}: {{ {string.Join(", ", fields)} }}");
        }
    }

    /// <summary>A section of simple fields: those that are set, after those given.</summary>
    private void Section(string name, string? comment, params (string Field, string Text)[] always)
    {
        var fields = always.ToList();
        foreach (var value in _resolved.Values.Where(value => value.Path.StartsWith($"{name}.", StringComparison.Ordinal)))
        {
            var field = value.Path[(name.Length + 1)..];
            if (field.AsSpan().IndexOfAny('.', '[') < 0 && Set(value.Path) is { } text && fields.All(known => known.Field != field))
            {
                fields.Add((field, text));
            }
        }
        if (fields.Count == 0)
        {
            return;
        }
        Line(comment is null ? string.Empty : $"\n# {comment}");
        Line($"{name}:");
        foreach (var (field, text) in fields)
        {
            Line($"  {field}: {Value(text)}");
        }
    }

    private void Personas()
    {
        if (_scenario.Personas.IsEmpty)
        {
            return;
        }
        Line("\npersonas:");
        foreach (var persona in _scenario.Personas)
        {
            Line($"  - name: {YamlText.Of(persona.Name)}");
            if (persona.Prompt is { } prompt)
            {
                Line($"    prompt: {YamlText.Of(prompt)}");
            }
            if (persona.Think != ThinkTime.None)
            {
                var (least, most) = (Durations.Format(persona.Think.Min), Durations.Format(persona.Think.Max));
                Line($"    think: {(least == most ? least : $"{least}..{most}")}");
            }
            if (persona.Patience is { } patience)
            {
                Line($"    patience: {Durations.Format(patience)}");
            }
            Line($"    weight: {persona.Weight.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    private void Data(string directory)
    {
        if (_scenario.Data.IsEmpty)
        {
            return;
        }
        Line("\n# Each session takes a row; {{feed.column}} in a goal is its value.");
        Line("data:");
        foreach (var (name, feed) in _scenario.Data)
        {
            Line($"  {name}:");
            if (feed.Generated)
            {
                Line($"    generate: {{ {Cells(feed, feed.Rows[0])} }}");
                continue;
            }
            if (feed.Order is not FeedOrder.Sequential || feed.OnEnd is not FeedEnd.Recycle)
            {
                Line($"    order: {feed.Order.ToString().ToLowerInvariant()}");
                Line($"    onEnd: {feed.OnEnd.ToString().ToLowerInvariant()}");
            }
            if (feed.File is { } file)
            {
                Line($"    {(feed.Csv is not null ? "csv" : feed.Json is not null ? "json" : "jsonl")}: {YamlText.Of(Relative(directory, Path.GetFullPath(file, DataDirectory)))}");
                continue;
            }
            Line("    rows:");
            foreach (var row in input.IsDemonstration ? feed.Rows.Take(DemonstrationRows) : feed.Rows)
            {
                Line($"      - {{ {Cells(feed, row)} }}");
            }
        }
        if (!_scenario.Secrets.IsEmpty)
        {
            Line($"secrets: [ {string.Join(", ", _scenario.Secrets.Select(YamlText.Of))} ] # never shown to the model, never in a log");
        }
    }

    private static string Cells(FeedSpec feed, IEnumerable<string> row) =>
        string.Join(", ", feed.Columns.Zip(row, (column, cell) => $"{YamlText.Of(column)}: {YamlText.Of(cell)}"));

    private void Goals()
    {
        Line("\ngoals:");
        foreach (var goal in _scenario.Goals)
        {
            Line($"  - name: {YamlText.Of(goal.Name)}");
            if (goal.Weight != 1)
            {
                Line($"    weight: {goal.Weight.ToString(CultureInfo.InvariantCulture)}");
            }
            if (_scenario.Data.IsEmpty)
            {
                Line("    # Users of their own for the agents: data: { user: { csv: users.csv } }, secrets: [ user.password ]");
                Line("    # and {{user.name}} / {{user.password}} in the goal, instead of one login for all.");
            }
            Line($"    goal: {YamlText.Of(goal.Goal)}");
            Line(result.Start.Plan.Oracle == "derived"
                ? "    # What proves it: derived from the goal and the API. Read it once; from here on it is yours."
                : "    # What proves it: all must hold, in this order.");
            Line("    success:");
            foreach (var line in goal.Success.SelectMany(SavedCondition.Lines))
            {
                Line($"      {line}");
            }
            if (!goal.Failure.IsEmpty)
            {
                Line("    # What proves that the target failed, whatever else holds.");
                Line("    failure:");
                foreach (var line in goal.Failure.SelectMany(SavedCondition.Lines))
                {
                    Line($"      {line}");
                }
            }
        }
    }

    // The loader's default asks for one session that succeeds; a saved scenario asks for nearly all.
    private static bool IsOwnSuccess(ThresholdSpec threshold) => threshold is { Metric: ThresholdMetrics.SessionSuccess, By: not "default" };

    private void Thresholds()
    {
        Line("\n# Where one of these does not hold, the run ends with exit code 99.");
        Line("thresholds:");
        if (!_scenario.Thresholds.Any(IsOwnSuccess))
        {
            Line("  session_success: \">= 0.95\"");
        }
        foreach (var threshold in _scenario.Thresholds.Where(threshold => threshold.Metric != ThresholdMetrics.SessionSuccess || IsOwnSuccess(threshold)))
        {
            Line($"  {YamlText.Of(threshold.Metric)}: {YamlText.Of(threshold.Text)}");
        }
    }

    private string DataDirectory => input.FileName is { } file ? Path.GetDirectoryName(environment.Absolute(file))! : environment.CurrentDirectory;

    private static bool IsFile(string openApi) =>
        !openApi.StartsWith('/') && !(Uri.TryCreate(openApi, UriKind.Absolute, out var url) && url.Scheme is "http" or "https");

    private static string Relative(string directory, string path) => Path.GetRelativePath(directory, path).Replace('\\', '/');

    /// <summary>The text of a field that does not come of a default; null for none.</summary>
    private string? Set(string path) => _resolved.Values.FirstOrDefault(value => value.Path == path) is { Text: { } text, Source: not "default" } ? text : null;

    private void Line(string text) => _text.Append(text).Append('\n');

    private static string Value(string text) => Number().IsMatch(text) ? text : YamlText.Of(text);

    // Numbers, durations (1m30s, 200ms..800ms) and rates (20/s) need no quotes.
    [GeneratedRegex(@"^-?[0-9][0-9.]*([a-z/][a-z0-9./]*)?$|^(true|false)$")]
    private static partial Regex Number();
}
