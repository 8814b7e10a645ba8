using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Targets.Tools;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Calls;

/// <summary>
/// Results as MCP clients get them: an object (<c>{"status":201,"body":...,"traceId":"..."}</c> or <c>{"error":{...},"traceId":"..."}</c>) as
/// structured content and, for clients that read text only, the same as text.
/// </summary>
internal static class CallResults
{
    private const string TraceId = "traceId";

    /// <summary>Deeper JSON is shown as text: clients and the SDK's own serializer stop at 64 levels, of which the envelope takes some.</summary>
    private const int MaxDepth = 56;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What came of a call. Below 400 is a success; whatever else the model can read and correct is an error of the tool, not of the protocol.</summary>
    public static CallToolResult Of(ActionResult result, ActivityTraceId trace) => Make(
        result.Outcome != ActionOutcome.Ok,
        writer =>
        {
            if (!TryCopy(writer, result.Observation))
            {
                writer.WriteNumber("status", result.Status);
                writer.WriteString("body", result.Observation);
                writer.WriteString("note", "the answer is nested too deeply to be shown as JSON; this is its text");
            }
            writer.WriteString(TraceId, trace.ToHexString());
        });

    /// <summary>A call that did not come to an answer.</summary>
    public static CallToolResult Error(string type, string message, ActivityTraceId trace = default) => Make(
        isError: true,
        writer =>
        {
            writer.WriteStartObject("error");
            writer.WriteString("type", type);
            writer.WriteString("message", message);
            writer.WriteEndObject();
            if (trace != default)
            {
                writer.WriteString(TraceId, trace.ToHexString());
            }
        });

    /// <summary>A result with one field.</summary>
    public static CallToolResult Field(string name, string value) => Make(isError: false, writer => writer.WriteString(name, value));

    private static CallToolResult Make(bool isError, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return new CallToolResult
        {
            IsError = isError,
            StructuredContent = document.RootElement.Clone(),
            Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(buffer.WrittenSpan) }],
        };
    }

    private static bool TryCopy(Utf8JsonWriter writer, string observation)
    {
        try
        {
            using var document = JsonDocument.Parse(observation, new JsonDocumentOptions { MaxDepth = MaxDepth });
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!property.NameEquals(TraceId))
                {
                    property.WriteTo(writer);
                }
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
