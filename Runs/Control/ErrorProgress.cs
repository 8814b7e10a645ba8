using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Control;

/// <summary>Errors of one type at one place so far.</summary>
/// <param name="Type">Bounded type: <c>http_503</c>.</param>
/// <param name="Where"><c>target</c>, <c>gateway</c>, <c>model</c> or <c>harness</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Recent">Of them in the last second.</param>
/// <param name="Operation">The operation that had most of them; null for none.</param>
/// <param name="Detail">What was wrong with its first; null where only the type is known.</param>
/// <param name="TraceId">A trace; null for none.</param>
public sealed record ErrorProgress(string Type, string Where, long Count, long Recent, string? Operation, string? Detail, string? TraceId)
{
    /// <summary>Most kinds of errors that are told each second.</summary>
    public const int Most = 5;

    /// <summary>From the summary.</summary>
    public static ErrorProgress Of(ErrorSummary error, long recent)
    {
        var place = error.Operations.IsDefaultOrEmpty ? null : error.Operations[0];
        return new ErrorProgress(error.Type, error.Where, error.Count, recent, place?.Operation, place?.Detail,
            place?.TraceId ?? (error.Traces.IsDefaultOrEmpty ? null : error.Traces[0]));
    }
}
