using System.Collections.Immutable;
using ApeTest.Scenarios.Model;

namespace ApeTest.Targets.Tests.Oracles.Derivation;

/// <summary>Conditions as a person writes them for <c>--success</c>; what a body must hold, which only the long form can say, behind it in angle brackets.</summary>
internal static class ExpressionOf
{
    public static string Conditions(ImmutableArray<SuccessCondition> conditions) => string.Join("; ", conditions.Select(Condition));

    private static string Condition(SuccessCondition condition) =>
        $"{condition.Operation ?? condition.Read}{(condition.Status is { } status ? $"={status}" : "")}"
        + (condition.Capture.IsEmpty ? "" : $"{{{string.Join(',', condition.Capture.Select(static pair => $"{pair.Key}={pair.Value}"))}}}")
        + string.Concat(condition.Json.Select(static pair => $"<{pair.Key}={pair.Value}>"));
}
