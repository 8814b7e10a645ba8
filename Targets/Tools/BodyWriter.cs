using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tools;

/// <summary>Writes request bodies from arguments.</summary>
internal static class BodyWriter
{
    private const string Json = "application/json";

    /// <summary>The body of an operation; empty where none of its arguments was given.</summary>
    public static (ReadOnlyMemory<byte> Content, string? ContentType) Write(OperationSpec operation, JsonElement arguments)
    {
        if (operation.Body is not { } body)
        {
            return default;
        }
        var hasBody = body.HasBodyArgument & arguments.TryGetProperty("body", out var whole);
        if (body.Flattened.IsEmpty && body.HasBodyArgument && (!hasBody || whole.ValueKind != JsonValueKind.Object || body.Kind is BodyKind.Json or BodyKind.Raw))
        {
            return hasBody ? Whole(body, whole) : default;
        }
        var fields = new List<(string Name, JsonElement Value)>();
        foreach (var name in body.Flattened)
        {
            if (arguments.TryGetProperty(name, out var value))
            {
                fields.Add((name, value));
            }
        }
        if (hasBody && whole.ValueKind == JsonValueKind.Object)
        {
            fields.AddRange(whole.EnumerateObject().Select(static property => (property.Name, property.Value)));
        }
        return fields.Count == 0 && body.Kind != BodyKind.Json ? default : Fields(body, fields);
    }

    /// <summary>A free body as a generic verb takes it: text as it is, anything else as JSON.</summary>
    public static (ReadOnlyMemory<byte> Content, string? ContentType) Free(JsonElement body) => body.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => default,
        JsonValueKind.String => (Encoding.UTF8.GetBytes(body.GetString()!), LooksLikeJson(body.GetString()!) ? Json : "text/plain; charset=utf-8"),
        _ => (Encoding.UTF8.GetBytes(body.GetRawText()), Json),
    };

    private static bool LooksLikeJson(string text) => text.AsSpan().TrimStart() is ['{' or '[', ..];

    private static (ReadOnlyMemory<byte> Content, string? ContentType) Whole(BodySpec body, JsonElement whole) => body.Kind == BodyKind.Raw && whole.ValueKind == JsonValueKind.String
        ? (Encoding.UTF8.GetBytes(whole.GetString()!), body.ContentType)
        : (Encoding.UTF8.GetBytes(whole.GetRawText()), JsonType(body));

    private static (ReadOnlyMemory<byte> Content, string? ContentType) Fields(BodySpec body, List<(string Name, JsonElement Value)> fields)
    {
        switch (body.Kind)
        {
            case BodyKind.Form:
                var pairs = fields.SelectMany(static field => field.Value.ValueKind == JsonValueKind.Array
                    ? field.Value.EnumerateArray().Select(item => (field.Name, Value: RequestBuilder.Simple(item)))
                    : [(field.Name, Value: Text(field.Value))]);
                return (Encoding.UTF8.GetBytes(string.Join('&', pairs.Select(static pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(pair.Value)}"))), body.ContentType);
            case BodyKind.Multipart:
                return Multipart(fields);
            default:
                var buffer = new ArrayBufferWriter<byte>(256);
                using (var writer = new Utf8JsonWriter(buffer))
                {
                    writer.WriteStartObject();
                    foreach (var (name, value) in fields)
                    {
                        writer.WritePropertyName(name);
                        value.WriteTo(writer);
                    }
                    writer.WriteEndObject();
                }
                return (buffer.WrittenMemory, JsonType(body));
        }
    }

    private static (ReadOnlyMemory<byte> Content, string? ContentType) Multipart(List<(string Name, JsonElement Value)> fields)
    {
        var texts = fields.ConvertAll(static field => (field.Name, Value: Text(field.Value)));
        // The boundary must not occur in a value; derived from the content, it is the same for the same call.
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(texts.Select(static field => field.Name + field.Value))));
        var boundary = "ape-" + Convert.ToHexStringLower(digest.AsSpan(0, 12));
        var content = new StringBuilder();
        foreach (var (name, value) in texts)
        {
            var safe = name.Replace("\"", "%22", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
            content.Append("--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"").Append(safe).Append("\"\r\n\r\n").Append(value).Append("\r\n");
        }
        content.Append("--").Append(boundary).Append("--\r\n");
        return (Encoding.UTF8.GetBytes(content.ToString()), $"multipart/form-data; boundary={boundary}");
    }

    private static string Text(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value.GetRawText() : RequestBuilder.Simple(value);

    private static string JsonType(BodySpec body) => body.ContentType == "*/*" ? Json : body.ContentType;
}
