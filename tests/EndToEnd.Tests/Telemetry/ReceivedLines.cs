using System.Text.RegularExpressions;
using ApeTest.Tests.Shared.Loki;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>What Loki makes of log records of OTLP.</summary>
internal static partial class ReceivedLines
{
    /// <summary>A Loki that has what a receiver took.</summary>
    public static async Task<FakeLoki> LokiOf(OtlpReceiver receiver)
    {
        var loki = await FakeLoki.StartAsync(TestContext.Current.CancellationToken);
        foreach (var log in receiver.Logs)
        {
            loki.Add(log.Nanoseconds, log.Body, Labels(log));
        }
        return loki;
    }

    /// <summary>Labels and structured metadata that Loki keeps of an OTLP record (otlpLogToPushEntry of its pkg/loghttp/push/otlp.go).</summary>
    public static Dictionary<string, string> Labels(ReceivedLog log)
    {
        var labels = log.Resource.Concat(log.Attributes).ToDictionary(static pair => NotOfAName().Replace(pair.Key, "_"), static pair => pair.Value);
        (labels["severity_number"], labels["severity_text"]) = ($"{log.SeverityNumber}", log.Severity);
        if (log.Trace.Length > 0)
        {
            (labels["trace_id"], labels["span_id"]) = (log.Trace, log.Span);
        }
        return labels;
    }

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotOfAName();
}
