using System.Globalization;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Commands.Try;

/// <summary>Success conditions in words, as the evidence names them.</summary>
internal static class SuccessWords
{
    /// <summary>All conditions: <c>checkout = 201 (orderId), then GET /orders/{{orderId}} = 200</c>.</summary>
    public static string Of(GoalSpec goal) => string.Join(", then ", goal.Success.Select(Of));

    private static string Of(SuccessCondition condition)
    {
        var status = condition.Status?.ToString(CultureInfo.InvariantCulture) ?? "2xx";
        var values = string.Concat(condition.Json.Select(pair => $" {pair.Key}={pair.Value}"));
        var kept = condition.Capture.IsEmpty ? "" : $" (gives {string.Join(", ", condition.Capture.Keys)})";
        return $"{condition.Operation ?? condition.Read} = {status}{values}{kept}";
    }
}
