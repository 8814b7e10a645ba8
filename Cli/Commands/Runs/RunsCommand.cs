using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Stack;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Runs;

/// <summary><c>ape-test runs</c>: the runs of this directory.</summary>
internal static class RunsCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("runs", "List the runs of this directory, newest first.")
        {
            Examples =
            [
                new("a table", "ape-test runs"),
                new("for a program", "ape-test runs --format json"),
            ],
        };
        var format = OutputFormat.Add(command, "Options", "A table, or one JSON array. Default text.");
        var stack = new StackOptions(command, "List the runs of the stack there.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var json = OutputFormat.IsJson(parse, format);
            var rows = stack.Of(parse, environment) is { } address
                ? await RowsAsync(environment, address, cancellationToken)
                : [.. RunDirectoryReader.List(environment.RunsRoot).Select(directory => Row(environment, directory))];
            return Write(environment, rows, json);
        });
        return command;
    }

    private static async Task<List<RunRow>> RowsAsync(CliEnvironment environment, StackAddress stack, CancellationToken cancellationToken)
    {
        using var collector = stack.Client(environment.Time);
        return [.. (await collector.ListAsync(cancellationToken)).Select(static run => new RunRow(run.Run, run.Scenario, run.Status, run.Started, run.DurationS, run.Agents, run.SuccessRate, Passed: null))];
    }

    private static int Write(CliEnvironment environment, List<RunRow> rows, bool json)
    {
        if (json)
        {
            environment.Out.WriteLine(JsonSerializer.Serialize(rows, RunRowJson.Default.ListRunRow));
            return ExitCodes.Done;
        }
        if (rows.Count == 0)
        {
            environment.Error.WriteLine("no runs here yet; start one with 'ape-test start'");
            return ExitCodes.Done;
        }
        // An id begins with its time in UTC, so that the start needs no column where there is no room.
        var table = new TextTable().Fixed("RUN").Left("SCENARIO").Fixed("STATUS").Right("TIME").Right("AGENTS").Right("SUCCESS").Fixed("PASS");
        foreach (var row in rows)
        {
            table.Row(row.Run, (row.Trial ? "(try) " : string.Empty) + Show.Safe(row.Scenario ?? Show.Nothing), Show.Safe(row.Status), Show.Seconds(row.DurationS),
                row.Agents?.ToString(CultureInfo.InvariantCulture) ?? Show.Nothing, Show.Share(row.SuccessRate), row.Passed switch { true => "yes", false => "no", null => Show.Nothing });
        }
        table.Write(environment.Out, Math.Max(environment.Width, CliEnvironment.DefaultWidth));
        return ExitCodes.Done;
    }

    private static RunRow Row(CliEnvironment environment, RunDirectory directory)
    {
        var (status, file) = RunDirectoryReader.StatusOf(directory, environment.Time);
        var summary = RunDirectoryReader.ReadSummary(directory);
        // A run that did not end lasted as long as its last sign of life.
        var lived = (file?.Heartbeat - file?.Started)?.TotalSeconds;
        var duration = status is "queued" or "running" or "interrupted" ? lived ?? summary?.Run.DurationS : summary?.Run.DurationS ?? lived;
        return new RunRow(directory.Run, file?.Scenario ?? summary?.Run.Scenario, status, file?.Started ?? summary?.Run.Started,
            duration, file?.Agents ?? summary?.Run.Agents, summary?.Sessions.SuccessRate,
            // One that is not over has not passed yet, whatever its figures so far.
            summary is null || status is "queued" or "running" ? null : status == summary.Run.Status && RunVerdict.Failure(summary) is null)
        { Trial = RunDirectoryReader.IsTrial(directory) };
    }
}

/// <summary>One run in the list. Seconds; share 0..1; whether it passed, as reports and exit codes have it; null where unknown.</summary>
internal sealed record RunRow(string Run, string? Scenario, string Status, DateTimeOffset? Started, double? DurationS, int? Agents, double? SuccessRate, bool? Passed)
{
    /// <summary>Whether it was one session of <c>try</c> or <c>validate --dry-run</c>, which <c>last</c> does not mean.</summary>
    public bool Trial { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(List<RunRow>))]
internal sealed partial class RunRowJson : JsonSerializerContext;
