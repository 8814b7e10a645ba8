using System.Text.Json;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Observability.Reports;
using ApeTest.Observability.Reports.Exports;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Report;

/// <summary><c>ape-test report</c>: a run as a page, or in the format of another tool.</summary>
internal static class ReportCommand
{
    /// <summary>Values of <c>--format</c>.</summary>
    public static readonly string[] Formats = ["html", "json", "csv", "junit", "md", "text"];

    /// <summary>Values of <c>--table</c>.</summary>
    public static readonly string[] Tables = ["metrics", "operations", "timeseries"];


    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("report", "Show a run as a page for the browser, or export it.")
        {
            Examples =
            [
                new("the latest run as a page; its path is printed", "ape-test report"),
                new("for the tests of a CI server", "ape-test report last --format junit --out junit.xml"),
                new("as a comment on a pull request", """
                    ape-test report last --format md --out report.md
                    gh pr comment --body-file report.md
                    """),
                new("each second of a run, for a spreadsheet", "ape-test report 7f3a --format csv --table timeseries"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning, its last four digits, or last. Default: the newest run that is running, else the newest that is no try.");
        var format = command.Value("Options", "--format", "FORMAT", "html, json (summary.json), csv, junit, md (Markdown) or text. Default html.");
        var table = command.Value("Options", "--table", "TABLE", "Of csv: metrics, operations or timeseries. Default metrics.");
        var file = command.Value("Options", "--out", "FILE", "Write to this file. Default: standard output; of html report.html in the run's directory.");
        command.SetAction((parse, cancellationToken) =>
        {
            // Wrong words are told before a missing run.
            var (asked, rows) = (OneOf("--format", parse.GetValue(format) ?? "html", Formats), OneOf("--table", parse.GetValue(table) ?? "metrics", Tables));
            if (parse.GetValue(table) is not null && asked != "csv")
            {
                throw new ApeTestException("--table is for --format csv", $"Add --format csv, or leave --table out.", ExitCodes.Input);
            }
            var directory = RunChoice.ToShow(environment, parse.GetValue(run));
            return WriteAsync(environment, directory, asked, rows, parse.GetValue(file), NoColor.Of(parse), cancellationToken);
        });
        return command;
    }

    private static async Task<int> WriteAsync(CliEnvironment environment, RunDirectory directory, string format, string table, string? file, bool noColor, CancellationToken cancellationToken)
    {
        if (format == "html" && file is null)
        {
            await WritePageAsync(environment, directory, cancellationToken);
            return ExitCodes.Done;
        }
        var report = await RunReportReader.ReadAsync(directory, environment.Time, cancellationToken);
        if (format is not ("html" or "md" or "junit"))
        {
            // These have no place for it in what they write.
            foreach (var problem in report.Problems)
            {
                environment.Error.WriteLine($"warning: {Show.Safe(problem)}");
            }
        }
        var summary = report.Summary;
        await OutputFile.WriteAsync(environment, file, async output =>
        {
            switch (format)
            {
                case "html":
                    await HtmlReport.WriteAsync(report, output);
                    break;
                case "json":
                    await output.WriteAsync(JsonSerializer.Serialize(summary, RunsJson.Indented.RunSummary) + "\n");
                    break;
                case "junit":
                    JUnitExport.Write(report, output);
                    break;
                case "md":
                    MarkdownExport.Write(report, output);
                    break;
                case "text":
                    new SummaryText(output, file is null ? Paint.ForOutput(environment, noColor) : default).Write(summary, report.Reasons, report.Model, environment.Shown(directory.Path));
                    break;
                case "csv" when table == "timeseries":
                    await CsvExport.TimeSeriesAsync(TimeLog.ReadAsync(directory, cancellationToken), output);
                    break;
                case "csv" when table == "operations":
                    CsvExport.Operations(summary, output);
                    break;
                default:
                    CsvExport.Metrics(summary, output);
                    break;
            }
        });
        if (file is not null)
        {
            environment.Error.WriteLine($"{format} of run {directory.Run}: {file}");
        }
        return ExitCodes.Done;
    }

    private static async Task WritePageAsync(CliEnvironment environment, RunDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            await ReportFile.WriteAsync(directory, environment.Time, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"{environment.Shown(directory.ReportFile)} cannot be written: {e.Message}", "Name another file with --out.", ExitCodes.Environment, e);
        }
        environment.Out.WriteLine(environment.Shown(directory.ReportFile));
    }

    private static string OneOf(string option, string value, string[] known) => known.Contains(value) ? value
        : throw new ApeTestException($"{option} '{value}' is unknown", $"Use one of {string.Join(", ", known)}.", ExitCodes.Input);
}
