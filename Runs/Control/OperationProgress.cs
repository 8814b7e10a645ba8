using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Control;

/// <summary>One operation so far.</summary>
/// <param name="Operation">Tool or step.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Count">Exchanges.</param>
/// <param name="Errors">Of them with an error.</param>
/// <param name="P95S">p95 of the duration, seconds; null where nothing was measured.</param>
public sealed record OperationProgress(string Operation, string Method, long Count, long Errors, double? P95S)
{
    /// <summary>Most operations that are told each second.</summary>
    public const int Most = 20;

    /// <summary>From the summary.</summary>
    public static OperationProgress Of(HttpSummary operation) =>
        new(operation.Operation, operation.Method, operation.Count, operation.Errors, operation.Duration.P95);
}
