using ApeTest.Cli.Rendering;
using ApeTest.Runs.Logs;

namespace ApeTest.Cli.Commands.Logs;

/// <summary>
/// What the lines of an action say, from their fields: messages of services give seconds, or leave figures to the fields, and a person who
/// reads a journey wants one unit and each part's share at a glance.
/// </summary>
internal static class LogSentence
{
    /// <summary>The sentence; null for other events, and where a field is missing: then the message says it.</summary>
    public static string? Of(LogLine line)
    {
        var fields = line.Fields;
        return line.Event switch
        {
            "model.completed" when fields.Number("duration_s") is { } duration && fields.Number("calls") is { } calls =>
                $"{fields["model"]} decided {calls:0} {(calls == 1 ? "call" : "calls")} in {Show.Seconds(duration)}{Part(", first token ", fields, "ttft_s")}",
            "llm.request" when fields.Number("duration_s") is { } duration =>
                $"{fields["provider"]}/{fields["model"]} {fields["status"]} in {Show.Seconds(duration)}{Part(", first token ", fields, "ttft_s")}"
                + $"{Part(", queue ", fields, "queue_s")}, {fields["prompt_tokens"]} + {fields["completion_tokens"]} tokens{Retries(fields)}",
            "http.request" when fields.Number("duration_s") is { } duration =>
                $"{fields["method"]} {fields["path"]} {fields["status"]} in {Show.Seconds(duration)}",
            "gateway.request" when fields.Number("gateway_s") is { } gateway && fields.Number("target_s") is { } target =>
                $"{fields["method"]} {fields["path"]} {fields["status"]} in {Show.Seconds(gateway + target)}, {fields["target"]} {Show.Seconds(target)}{Error(fields, "error_type")}",
            "action.completed" when fields.Number("duration_s") is { } duration =>
                $"{fields["tool"]} answered {fields["status"]} in {Show.Seconds(duration)}{Error(fields, "error")}",
            "session.ended" when fields.Number("duration_s") is { } duration =>
                $"{line.Message} ({Show.Seconds(duration)}, {fields["actions"]} {(fields["actions"] is "1" ? "action" : "actions")})",
            _ => null,
        };
    }

    private static string Part(string before, LogFields fields, string name) =>
        fields.Number(name) is { } seconds ? before + Show.Seconds(seconds) : string.Empty;

    private static string Error(LogFields fields, string name) => fields[name] is { Length: > 0 } error and not "none" ? $", {error}" : string.Empty;

    private static string Retries(LogFields fields) => fields.Number("retries") is { } retries and > 0 ? $", {retries:0} retries" : string.Empty;
}
