using System.Text.Json;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Records;

namespace ApeTest.Cli.Commands.Try;

/// <summary>What came of a trial as text: the evidence, the outcome, where to look, and what to do next where it did not succeed.</summary>
internal sealed class TrialEnding(LabelledText text, Paint paint)
{
    public void Write(TrialResult result)
    {
        Evidence(result);
        var summary = result.Summary;
        var (outcome, colour) = Outcome(result);
        text.Write(null, "outcome", outcome, colour: colour);
        text.Write(null, string.Empty, result.Start.Journey is not null
            ? Plural(summary.Actions.Total, "request")
            : $"{Plural(summary.Actions.Total, "action")}, {Plural(summary.Llm.Calls, "model call")}, "
            + $"{Show.Count(summary.Tokens.Prompt + summary.Tokens.Completion)} tokens, {Show.Dollars(summary.CostUsd)}");
        if (result.Record is { } record)
        {
            text.Write(null, "trace", record.TraceId);
            // Its last four digits are enough of the id, and there is room for them.
            text.Command($"ape-test logs {record.Run[^4..]} --grep {record.TraceId}");
        }
        foreach (var (advice, commands) in TrialAdvice.Of(result))
        {
            text.Gap();
            text.Write(null, "next", advice);
            foreach (var command in commands)
            {
                text.Command(command);
            }
        }
    }

    private void Evidence(TrialResult result)
    {
        var label = "evidence";
        foreach (var evidence in result.Record?.Evidence ?? [])
        {
            text.Write(null, label, $"{(evidence.Ok ? "ok " : "no ")} {evidence.Condition}", evidence.Detail, evidence.Ok ? paint.Good : paint.Bad);
            label = string.Empty;
        }
    }

    private (string Text, Func<string, string> Colour) Outcome(TrialResult result) => result.Record switch
    {
        null => ("stopped before it began", paint.Warn),
        { Outcome: SessionOutcome.Aborted } record when result.Signal is not null => ($"interrupted after {Show.Seconds(record.DurationS)}", paint.Warn),
        { Outcome: SessionOutcome.Succeeded } record => ($"succeeded in {Show.Seconds(record.DurationS)}", paint.Good),
        { Outcome: SessionOutcome.Aborted } record => ($"aborted after {Show.Seconds(record.DurationS)}: {record.Reason}", paint.Warn),
        { } record => ($"{JsonNamingPolicy.SnakeCaseLower.ConvertName(record.Outcome.ToString())} after {Show.Seconds(record.DurationS)}: {record.Reason}", paint.Bad),
    };

    private static string Plural(long count, string word) => $"{Show.Count(count)} {word}{(count == 1 ? string.Empty : "s")}";
}
