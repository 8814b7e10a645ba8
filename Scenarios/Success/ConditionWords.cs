using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Success;

/// <summary>Conditions in words, as evidence, <c>try</c> and the derived oracle show them: <c>checkout = 201 $.total {"min":10}</c>.</summary>
public static class ConditionWords
{
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
