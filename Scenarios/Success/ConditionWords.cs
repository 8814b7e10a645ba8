using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Scenarios.Success;

/// <summary>Conditions in words, as evidence, <c>try</c> and the derived oracle show them: <c>checkout = 201 $.total {"min":10}</c>.</summary>
public static class ConditionWords
{
    private const int MostOfCheck = 200;

    /// <summary>One condition, on one line.</summary>
    public static string Of(SuccessCondition condition) => condition switch
    {
        { All.IsEmpty: false } => $"({string.Join(" and then ", condition.All.Select(Of))})",
        { Any.IsEmpty: false } => $"({string.Join(" or ", condition.Any.Select(Of))})",
        { Not: { } not } => $"not {Of(not)}",
        { Captured.IsEmpty: false } => "captured" + Values(condition.Captured),
        { State.IsEmpty: false } => "state" + Values(condition.State),
        _ => Answer(condition),
    };

    /// <summary>
    /// What a step's answer must be, on one line of at most 200 characters: <c>201 $.total {"min":10} within 2 s</c>. Values to fill in stay as they are
    /// written; a constant that is a credential by its name is not told.
    /// </summary>
    public static string Of(CheckSpec check) => Quote.Plain(
        (check.Status ?? "any below 400") + Values(check.Json.Select(Told)) + Values(check.Header.Select(Told))
        + (check.Text is { } text ? $" text {text}" : "")
        + (check.Regex is { } regex ? $" regex {regex}" : "")
        + (check.Within is { } within ? FormattableString.Invariant($" within {within.TotalSeconds:0.###} s") : "")
        + (check.MaxBytes is { } most ? FormattableString.Invariant($" at most {most} bytes") : ""),
        MostOfCheck);

    private static KeyValuePair<string, string> Told(KeyValuePair<string, string> check) =>
        !SecretNames.Contains(check.Key) || check.Value.StartsWith("{{", StringComparison.Ordinal) || check.Value.StartsWith("{\"exists\"", StringComparison.Ordinal)
            ? check
            : new(check.Key, RedactedText.Mark);

    private static string Answer(SuccessCondition condition) =>
        $"{condition.Operation ?? condition.Read}{(condition.As is ReadAs.Nobody ? " as nobody" : "")} = {condition.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? condition.Statuses ?? StatusSet.Ok.Text}"
        + Values(condition.Json) + Values(condition.Header)
        + (condition.Text is { } text ? $" text {text}" : "")
        + (condition.Regex is { } regex ? $" regex {regex}" : "");

    private static string Values(IEnumerable<KeyValuePair<string, string>> values) =>
        string.Concat(values.Select(static pair => pair.Value.StartsWith('{') && !pair.Value.StartsWith("{{", StringComparison.Ordinal)
            ? $" {pair.Key} {pair.Value}"
            : $" {pair.Key}={pair.Value}"));
}
