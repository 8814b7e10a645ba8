using ApeTest.Runs.Comparison;
using ApeTest.Runs.Rendering;

namespace ApeTest.Observability.Reports.Exports;

/// <summary>A comparison as Markdown for a pull request.</summary>
public static class ComparisonMarkdown
{
    /// <summary>Writes it.</summary>
    public static void Write(RunComparison comparison, TextWriter output)
    {
        var mark = comparison.Verdict switch { Verdicts.Worse => "❌", Verdicts.Unknown => "⚠️", _ => "✅" };
        Line(output, $"### {mark} ApeTest: {MarkdownText.Plain(comparison.Run.Scenario)}{MarkdownText.Plain(ComparisonWords.Sentence(comparison))}\n");
        Line(output, $"Run `{comparison.Run.Id}` compared with `{comparison.Base.Id}`.\n");
        foreach (var warning in comparison.Warnings)
        {
            Line(output, $"> ⚠️ {MarkdownText.Plain(warning)}\n");
        }
        Line(output, "| metric | base | run | change | 95 % interval | verdict |\n|---|---:|---:|---:|---:|---|");
        foreach (var metric in comparison.Metrics)
        {
            var verdict = metric.Verdict switch { Verdicts.Worse => "❌ worse", Verdicts.Better => "✅ better", var other => ComparisonWords.Word(other) };
            Line(output, $"| {MarkdownText.Code(metric.Name)} | {ComparisonWords.Value(metric, metric.Base)} | {ComparisonWords.Value(metric, metric.Run)} | {ComparisonWords.Change(metric, metric.Change)} | {ComparisonWords.Interval(metric)} | {verdict} |");
        }
        Line(output, $"\n{ComparisonWords.Method(comparison)}");
    }

    private static void Line(TextWriter output, string text) => output.Write(text + "\n");
}
