using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApeTest.Runs.Logs.Loki;

/// <summary>
/// A log line (DESIGN 14.3) from Loki. One that was pushed is there as it was written. One that came as an OTLP log record is made of what Loki keeps of it:
/// the message, and everything else as labels and structured metadata (https://grafana.com/docs/loki/latest/send-data/otel/). What is only OTLP's or Loki's is left out.
/// </summary>
internal static class LokiLine
{
    private const int TicksOfNanosecond = 100;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Identity = ["trace_id", "span_id", "run", "agent", "session", "action"];

    private static readonly HashSet<string> LeftOut = new(
        [
            .. Identity, "service_name", "event", "severity_number", "severity_text", "detected_level", "level", "observed_timestamp", "flags", "__error__", "__error_details__",
            "OriginalFormat", "_OriginalFormat_", "__OriginalFormat__", "original_format",
        ],
        StringComparer.Ordinal);

    /// <summary>The line as the services write theirs to files.</summary>
    /// <param name="nanoseconds">When it was logged, since 1970.</param>
    /// <param name="message">Loki's line.</param>
    /// <param name="labels">Labels and structured metadata.</param>
    public static byte[] Write(long nanoseconds, string message, IReadOnlyDictionary<string, string> labels)
    {
        if (IsLogLine(message))
        {
            return Encoding.UTF8.GetBytes(message.TrimEnd('\n'));
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("ts", DateTime.UnixEpoch.AddTicks(nanoseconds / TicksOfNanosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", Level(labels));
            WriteText(json, "service", labels.GetValueOrDefault("service_name"));
            WriteText(json, "event", labels.GetValueOrDefault("event"));
            json.WriteString("msg", message);
            foreach (var name in Identity)
            {
                WriteText(json, name, labels.GetValueOrDefault(name));
            }
            foreach (var (name, value) in labels.Where(static label => !IsLeftOut(label.Key)).OrderBy(static label => label.Key, StringComparer.Ordinal))
            {
                WriteValue(json, name, value);
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static bool IsLogLine(string text)
    {
        if (!text.StartsWith("{\"ts\":", StringComparison.Ordinal))
        {
            return false;
        }
        try
        {
            using var line = JsonDocument.Parse(text);
            return line.RootElement.TryGetProperty("level", out _) && line.RootElement.TryGetProperty("msg", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsLeftOut(string name) => LeftOut.Contains(name)
        || name.StartsWith("telemetry_sdk_", StringComparison.Ordinal) || name.StartsWith("scope_", StringComparison.Ordinal) || name.StartsWith("service_", StringComparison.Ordinal);

    // https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
    private static string Level(IReadOnlyDictionary<string, string> labels) =>
        int.TryParse(labels.GetValueOrDefault("severity_number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number switch { <= 4 => "trace", <= 8 => "debug", <= 12 => "info", <= 16 => "warn", _ => "error" }
            : (labels.GetValueOrDefault("severity_text") ?? labels.GetValueOrDefault("detected_level") ?? labels.GetValueOrDefault("level"))?.ToLowerInvariant() switch
            {
                "trace" => "trace",
                "debug" => "debug",
                "warn" or "warning" => "warn",
                "error" or "fatal" or "critical" => "error",
                _ => "info",
            };

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    // Loki knows text only; the services write numbers as numbers, and patterns look for them so.
    private static void WriteValue(Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        if (value is "true" or "false" || IsNumber(value))
        {
            json.WriteRawValue(value);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }

    private static bool IsNumber(string value)
    {
        if (value.Length is 0 or > 32 || value[^1] is < '0' or > '9')
        {
            return false;
        }
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(value));
            return reader.Read() && reader.TokenType is JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
