using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Scenarios;
using YamlDotNet.Core;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads the text of an OpenAPI document (JSON or YAML) as JSON nodes and checks that its operations can be read.</summary>
internal static class DocumentReader
{
    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 128, AllowTrailingCommas = false };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The document's root. Throws <see cref="ApeTestException"/> (exit 2) that names what is malformed and where.</summary>
    public static JsonObject Read(string text, string source)
    {
        if (Parse(text, source) is not JsonObject root)
        {
            throw Malformed(source, "the document must be an object", "An OpenAPI document begins with \"openapi\": \"3.0.x\" or \"3.1.x\".");
        }
        CheckVersion(root, source);
        if (root["paths"] is not JsonObject paths)
        {
            throw root["webhooks"] is JsonObject && root["paths"] is null
                ? Malformed(source, "$.webhooks: it describes webhooks only, which are calls that the target makes", "Give the document that describes the target's own `paths`.")
                : Malformed(source, "$.paths: is missing or not an object", "List at least one path, or leave the document away to use the generic HTTP tools.");
        }
        var (errors, more) = new StructureCheck(new DocumentReferences(root)).Check(paths);
        if (errors.Count > 0)
        {
            throw Malformed(source, string.Join("; ", errors) + (more > 0 ? $"; and {more} more" : ""), "Correct the places named above.");
        }
        return root;
    }

    public static ApeTestException Malformed(string source, string what, string? hint) => new($"{source} is malformed: {what}", hint, ExitCodes.Input);

    private static JsonNode? Parse(string text, string source)
    {
        var start = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start.IsEmpty)
        {
            throw Malformed(source, "it is empty", "Check that the URL or file is that of the OpenAPI document.");
        }
        if (start[0] == '<')
        {
            throw Malformed(source, "it is an HTML or XML page", "Check that the URL is that of the document itself, not of its documentation page.");
        }
        try
        {
            if (start[0] is not ('{' or '['))
            {
                return YamlToJson.Convert(text);
            }
            var node = JsonNode.Parse(StrictUtf8.GetBytes(start.ToArray()), documentOptions: JsonOptions);
            // JsonNode reads lazily and only then trips over a duplicate key; and once all is read, several threads may read it.
            Touch(node, start.Contains("\\ud", StringComparison.OrdinalIgnoreCase));
            return node;
        }
        catch (JsonException exception)
        {
            throw Malformed(source, $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: not valid JSON", exception.Message);
        }
        catch (EncoderFallbackException exception)
        {
            throw Malformed(source, $"the character at position {exception.Index} is one half of a surrogate pair, so the text is not valid Unicode", "Save it as UTF-8.");
        }
        catch (InvalidOperationException)
        {
            throw Malformed(source, "a string holds an escape like \\ud800 that is one half of a surrogate pair", "Write both halves, or neither.");
        }
        catch (ArgumentException exception)
        {
            throw Malformed(source, $"a key stands twice in one object: {exception.Message}", "Remove one of the two.");
        }
        catch (YamlException exception)
        {
            throw Malformed(source, $"line {exception.Start.Line}, column {exception.Start.Column}: {exception.Message}", "Correct the YAML there.");
        }
    }

    private static void Touch(JsonNode? node, bool strings)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (_, value) in map)
                {
                    Touch(value, strings);
                }
                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Touch(item, strings);
                }
                break;
            case JsonValue value when strings:
                _ = value.TryGetValue<string>(out _);
                break;
        }
    }

    private static void CheckVersion(JsonObject root, string source)
    {
        var version = root["openapi"] is JsonValue value ? value.ToString() : null;
        if (version is null)
        {
            throw root.ContainsKey("swagger")
                ? Malformed(source, "$.swagger: Swagger 2.0 is not supported", "Convert it to OpenAPI 3, for example with an online or npm converter.")
                : Malformed(source, "$.openapi: is missing", "An OpenAPI document begins with \"openapi\": \"3.0.x\" or \"3.1.x\".");
        }
        if (!version.StartsWith("3.0", StringComparison.Ordinal) && !version.StartsWith("3.1", StringComparison.Ordinal))
        {
            throw Malformed(source, $"$.openapi: version '{(version.Length > 40 ? version[..40] : version)}' is not supported", "Use OpenAPI 3.0 or 3.1.");
        }
    }
}
