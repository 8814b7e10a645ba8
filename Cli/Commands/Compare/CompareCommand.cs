using System.Globalization;
using System.Text.Json;
using ApeTest.Cli.Commands.Report;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Observability.Reports.Exports;
using ApeTest.Runs.Comparison;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Compare;

/// <summary><c>ape-test compare</c>: whether a run is better or worse than another, beyond chance.</summary>
internal static class CompareCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("compare", "Tell whether a run is better or worse than another, beyond chance.")
        {
            Examples =
            [
                new("the latest run with an earlier one", "ape-test compare 7f3a"),
                new("only changes of 10 % and more count", "ape-test compare 7f3a 91b0 --threshold 10%"),
                new("in CI: exit code 99 where the run is worse", "ape-test compare 7f3a last --format md --out compare.md"),
            ],
        };
        var first = command.Optional("BASE", "The run to compare with: an id, its beginning or its last four digits.");
        var second = command.Optional("RUN", "The run to judge. Default: the latest that is no try.");
        var threshold = command.Value("Options", "--threshold", "SHARE", "Smallest relative change that counts; of success and error rates a fifth of it, in points. Default 5%.");
        var format = command.Value("Options", "--format", "FORMAT", "text, json or md (Markdown). Default text.");
        var file = command.Value("Options", "--out", "FILE", "Write to this file instead of standard output.");
        command.SetAction((parse, cancellationToken) =>
        {
            var asked = parse.GetValue(format) ?? "text";
            if (asked is not ("text" or "json" or "md"))
            {
                throw new ApeTestException($"--format '{asked}' is unknown", "Use text, json or md.", ExitCodes.Input);
            }
            var least = parse.GetValue(threshold) is { } text ? Share(text) : (double?)null;
            var from = parse.GetValue(first) ?? throw new ApeTestException("which run to compare with is not said", "Name it, for example: ape-test compare 7f3a. `ape-test runs` lists them.", ExitCodes.Input);
            return CompareAsync(environment, RunDirectoryReader.Find(environment.RunsRoot, from), RunChoice.ToShow(environment, parse.GetValue(second) ?? "last"),
                least, asked, parse.GetValue(file), Paint.ForOutput(environment, NoColor.Of(parse)), cancellationToken);
        });
        return command;
    }

    private static async Task<int> CompareAsync(CliEnvironment environment, RunDirectory first, RunDirectory second, double? least, string format, string? file, Paint paint, CancellationToken cancellationToken)
    {
        var comparison = await RunPair.CompareAsync(first, second, least, environment.Time, cancellationToken);
        await OutputFile.WriteAsync(environment, file, async output =>
        {
            switch (format)
            {
                case "json":
                    await output.WriteAsync(JsonSerializer.Serialize(comparison, ComparisonJson.Default.RunComparison) + "\n");
                    break;
                case "md":
                    ComparisonMarkdown.Write(comparison, output);
                    break;
                default:
                    new CompareText(output, file is null ? paint : default).Write(comparison);
                    break;
            }
        });
        return comparison.Verdict switch
        {
            Verdicts.Worse => ExitCodes.ThresholdFailed,
            // As for a run that judged nothing: no verdict is no pass.
            Verdicts.Unknown => ExitCodes.Environment,
            _ => ExitCodes.Done,
        };
    }

    private static double Share(string text)
    {
        var (number, unit) = text.TrimEnd() is [.. var percent, '%'] ? (percent, 100) : (text, 1);
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value / unit is > 0 and < 1
            ? value / unit
            : throw new ApeTestException($"--threshold '{text}' is no share between 0 and 100 %", "Write for example --threshold 5%.", ExitCodes.Input);
    }
}
