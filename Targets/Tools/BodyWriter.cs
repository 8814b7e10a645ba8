using System.Buffers;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tools;

/// <summary>Writes request bodies from checked arguments.</summary>
internal static class BodyWriter
{
    private const string Json = "application/json";

    /// <summary>The body of an operation, empty where none of its arguments was given; null with an error in the form of a schema error where one cannot be written.</summary>
    public static BodyContent? Write(OperationSpec operation, JsonElement arguments, out string? error)
    {
        error = null;
        if (operation.Body is not { } body)
        {
            return default(BodyContent);
        }
        var hasBody = arguments.TryGetProperty(body.Argument, out var whole) && body.HasBodyArgument;
        if (body.Kind == BodyKind.File)
        {
            return !hasBody ? default(BodyContent)
                : FilePart.TryRead(whole, $"$.{body.Argument}", TypeOf(body), out var file, out error) ? new BodyContent(file.Content, file.ContentType)
                : null;
        }
        var isWhole = body.Flattened.IsEmpty && hasBody && (whole.ValueKind != JsonValueKind.Object || body.Kind is BodyKind.Json or BodyKind.Raw);
        if (isWhole)
        {
            return Whole(body, whole);
        }
        var fields = Fields(operation, body, arguments, hasBody ? whole : default);
        if (fields.Count == 0)
        {
            // An operation that takes an object is sent an empty one, but not where all of it was optional and stood under `body`.
            return body.Kind == BodyKind.Json && !body.Flattened.IsEmpty ? new BodyContent("{}"u8.ToArray(), TypeOf(body)) : default(BodyContent);
        }
        switch (body.Kind)
        {
            case BodyKind.Form:
                return new BodyContent(Form(body, fields), body.ContentType);
            case BodyKind.Multipart:
                var multipart = new MultipartWriter(body.ContentType);
                foreach (var (name, value, path) in fields)
                {
                    if (!multipart.TryAdd(name, value, body.Fields.GetValueOrDefault(name), path, out error))
                    {
                        return null;
                    }
                }
                return multipart.Finish();
            default:
                return new BodyContent(Object(fields), TypeOf(body));
        }
    }

    /// <summary>A free body as a generic verb takes it: text as it is, the fields of an object as a form where the call says so, anything else as JSON.</summary>
    public static BodyContent Free(JsonElement body, string? contentType) => body.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => default,
        JsonValueKind.String => new(Encoding.UTF8.GetBytes(body.GetString()!), contentType ?? (LooksLikeJson(body.GetString()!) ? Json : "text/plain; charset=utf-8")),
        JsonValueKind.Object when MediaTypes.IsForm(contentType) => new(FreeForm(body), contentType),
        _ => new(Encoding.UTF8.GetBytes(body.GetRawText()), contentType ?? Json),
    };

    /// <summary>Whether a text is meant as a JSON object or array.</summary>
    public static bool LooksLikeJson(string text) => text.AsSpan().TrimStart() is ['{' or '[', ..];

    private static BodyContent Whole(BodySpec body, JsonElement whole) => body.Kind != BodyKind.Json && whole.ValueKind == JsonValueKind.String
        ? new(Encoding.UTF8.GetBytes(whole.GetString()!), TypeOf(body))
        : new(Encoding.UTF8.GetBytes(whole.GetRawText()), TypeOf(body));

    private static List<(string Name, JsonElement Value, string Path)> Fields(OperationSpec operation, BodySpec body, JsonElement arguments, JsonElement nested)
    {
        var fields = new List<(string, JsonElement, string)>();
        foreach (var name in body.Flattened)
        {
            if (arguments.TryGetProperty(name, out var value))
            {
                fields.Add((name, value, $"$.{name}"));
            }
        }
        if (body.TakesMore)
        {
            fields.AddRange(arguments.EnumerateObject().Where(argument => IsMore(operation, body, argument.Name)).Select(static argument => (argument.Name, argument.Value, $"$.{argument.Name}")));
        }
        if (nested.ValueKind == JsonValueKind.Object)
        {
            fields.AddRange(nested.EnumerateObject().Select(property => (property.Name, property.Value, $"$.{body.Argument}.{property.Name}")));
        }
        return fields;
    }

    private static bool IsMore(OperationSpec operation, BodySpec body, string name) => !body.Flattened.Contains(name)
        && !(body.HasBodyArgument && name == body.Argument) && !operation.Parameters.Any(parameter => parameter.Argument == name);

    private static byte[] FreeForm(JsonElement body)
    {
        var pairs = new StringBuilder();
        foreach (var field in body.EnumerateObject())
        {
            StyleWriter.Pairs(pairs, field.Name, field.Value.ValueKind is JsonValueKind.Object ? "json" : "form", explode: true, field.Value);
        }
        return Encoding.UTF8.GetBytes(pairs.ToString());
    }

    private static byte[] Form(BodySpec body, List<(string Name, JsonElement Value, string Path)> fields)
    {
        var pairs = new StringBuilder();
        foreach (var (name, value, _) in fields)
        {
            var field = body.Fields.GetValueOrDefault(name);
            var isJson = value.ValueKind == JsonValueKind.Object && field?.Style is null || field is { Style: null, ContentType: not null } && MediaTypes.IsJson(field.ContentType);
            if (value.ValueKind == JsonValueKind.Array && !isJson && field?.Style is null)
            {
                foreach (var item in value.EnumerateArray())
                {
                    StyleWriter.Pairs(pairs, name, item.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "json" : "form", explode: true, item);
                }
                continue;
            }
            StyleWriter.Pairs(pairs, name, isJson ? "json" : field?.Style ?? "form", field?.Explode ?? true, value);
        }
        return Encoding.UTF8.GetBytes(pairs.ToString());
    }

    private static ReadOnlyMemory<byte> Object(List<(string Name, JsonElement Value, string Path)> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value, _) in fields)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>A range says what is taken, not what is sent.</summary>
    private static string TypeOf(BodySpec body) => !body.ContentType.Contains('*', StringComparison.Ordinal) ? body.ContentType
        : body.Kind switch { BodyKind.Json => Json, BodyKind.Raw => "text/plain; charset=utf-8", _ => "application/octet-stream" };
}
