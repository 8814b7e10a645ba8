using ApeTest.Cli.Rendering;
using ApeTest.Runs.Comparison;

namespace ApeTest.Cli.Commands.Compare;

/// <summary>A comparison as text of at most 80 columns; its last line is the verdict.</summary>
internal sealed class CompareText(TextWriter output, Paint paint)
{
    private const int Width = 80;

    public void Write(RunComparison comparison)
    {
        output.WriteLine($"base  {comparison.Base.Id}  {Show.Safe(comparison.Base.Scenario)}, {Show.Seconds(comparison.Base.DurationS)}");
        output.WriteLine($"run   {comparison.Run.Id}  {Show.Safe(comparison.Run.Scenario)}, {Show.Seconds(comparison.Run.DurationS)}");
        foreach (var warning in comparison.Warnings)
        {
            Wrapped(paint.Warn("WARNING "), 8, warning);
        }
        output.WriteLine();
        var table = new TextTable().Left("metric").Right("base").Right("run").Right("change").Right("95 % interval").Fixed("verdict");
        foreach (var metric in comparison.Metrics)
        {
            table.Row(metric.Name, ComparisonWords.Value(metric, metric.Base), ComparisonWords.Value(metric, metric.Run),
                ComparisonWords.Change(metric, metric.Change), ComparisonWords.Interval(metric), ComparisonWords.Word(metric.Verdict));
        }
        table.Write(output, Width);
        output.WriteLine();
        Wrapped(string.Empty, 0, ComparisonWords.Method(comparison));
        output.WriteLine();
        var verdict = ComparisonWords.Verdict(comparison);
        Wrapped("Verdict: ", 9, comparison.Verdict switch { Verdicts.Worse => paint.Bad(verdict), Verdicts.Better => paint.Good(verdict), Verdicts.Unknown => paint.Warn(verdict), _ => verdict });
    }

    private void Wrapped(string first, int indent, string text) => TextTable.Wrapped(output, first, indent, text, Width);
}
