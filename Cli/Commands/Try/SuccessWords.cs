using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;

namespace ApeTest.Cli.Commands.Try;

/// <summary>Success conditions in words, as the evidence names them.</summary>
internal static class SuccessWords
{
    /// <summary>All conditions: <c>checkout = 201 (orderId), then GET /orders/{{orderId}} = 200</c>.</summary>
    public static string Of(GoalSpec goal) => string.Join(", then ", goal.Success.Select(Of));

    private static string Of(SuccessCondition condition) =>
        ConditionWords.Of(condition) + (condition.Capture.IsEmpty ? "" : $" (gives {string.Join(", ", condition.Capture.Keys)})");
}
