using System.Text.Json;
using ApeTest.Runs.Logs;

namespace ApeTest.Runs.Tests.Logs;

/// <summary>Log lines as the services write them.</summary>
internal static class LogLines
{
    /// <summary>One line without its newline, <paramref name="second"/> s after 13:15:02 of the test day.</summary>
    public static string Of(double second, string service = "agent", string level = "info", string name = "action.completed",
        string message = "say \"hi\"", string trace = TestRun.Trace, string agent = "3", string session = "3-2", double? at = null)
    {
        var fields = new Dictionary<string, object>
        {
            ["ts"] = Time(second), ["level"] = level, ["service"] = service, ["event"] = name, ["msg"] = message, ["trace_id"] = trace,
            ["agent"] = agent, ["session"] = session,
        };
        if (at is { } happened)
        {
            fields["at"] = Time(happened);
        }
        fields["extra"] = new { deep = new[] { 1, 2 } };
        return JsonSerializer.Serialize(fields);
    }

    /// <summary>Seconds after 13:15:02 of the test day.</summary>
    public static double Second(LogLine line) => (line.Ts - Start).TotalSeconds;

    /// <summary>13:15:02 of the test day.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 11, 21, 13, 15, 2, TimeSpan.Zero);

    private static string Time(double second) => Start.AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
}
