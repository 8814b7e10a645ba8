using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Directory;

/// <summary>One operation in one second of <c>timeseries.jsonl</c>; seconds; null where nothing was measured.</summary>
/// <param name="Operation">Operation (tool or step); <see cref="MetricsDelta.Other"/> for those beyond <see cref="Most"/>, together.</param>
/// <param name="Count">Exchanges.</param>
/// <param name="Errors">Of them with an error.</param>
/// <param name="ByClass">Exchanges by class of status: <c>2xx</c>; <c>none</c> without a response. Only classes that occurred.</param>
/// <param name="ByStatus">Exchanges by status; 0 without a response.</param>
/// <param name="P50">Median duration.</param>
/// <param name="P95">p95 of the duration.</param>
/// <param name="P99">p99 of the duration.</param>
/// <param name="BytesSent">Bytes of requests; 0 where they are not counted.</param>
/// <param name="BytesReceived">Bytes of answers; 0 where they are not counted.</param>
/// <param name="Connections">Exchanges for which a connection was made.</param>
public sealed record OperationPoint(string Operation, long Count, long Errors, SortedDictionary<string, long> ByClass, StatusCounts ByStatus,
    double? P50, double? P95, double? P99, long BytesSent, long BytesReceived, long Connections)
{
    /// <summary>Most operations in one second, the busiest: the file is bounded, and lines of 200 operations would fill it in half an hour.</summary>
    public const int Most = 20;

    /// <summary>The operations of an interval, busiest first.</summary>
    internal static ImmutableArray<OperationPoint> Of(MetricsDelta interval)
    {
        var busiest = interval.Http.OrderByDescending(operation => operation.Value.Count).ThenBy(operation => operation.Key, StringComparer.Ordinal).ToList();
        if (busiest.Count <= Most)
        {
            return [.. busiest.Select(operation => Of(operation.Key, operation.Value))];
        }
        var rest = new OperationMetrics();
        foreach (var (_, operation) in busiest.Where(operation => operation.Key == MetricsDelta.Other).Concat(
            busiest.Where(operation => operation.Key != MetricsDelta.Other).Skip(Most)))
        {
            rest.Add(operation);
        }
        return [.. busiest.Where(operation => operation.Key != MetricsDelta.Other).Take(Most).Select(operation => Of(operation.Key, operation.Value)),
            Of(MetricsDelta.Other, rest)];
    }

    private static OperationPoint Of(string name, OperationMetrics metrics)
    {
        var duration = Distribution.OfSeconds(metrics.Duration);
        return new OperationPoint(name, metrics.Count, metrics.Errors, Classes(metrics.ByStatus), metrics.ByStatus,
            duration.P50, duration.P95, duration.P99, metrics.BytesSent, metrics.BytesReceived, metrics.Connections);
    }

    private static SortedDictionary<string, long> Classes(StatusCounts statuses)
    {
        var classes = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (status, count) in statuses)
        {
            var name = status == 0 ? "none" : $"{status / 100}xx";
            classes[name] = classes.GetValueOrDefault(name) + count;
        }
        return classes;
    }
}
