using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Scenarios;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using YamlDotNet.Core;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Reads the text of an OpenAPI document (JSON or YAML) and has Microsoft.OpenApi judge its structure. What it accepts is handed on as
/// JSON, because its model does not keep every keyword of a schema.
/// </summary>
internal static class DocumentReader
{
    private const int MaxShown = 10;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 128, AllowTrailingCommas = false };

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
            throw Malformed(source, "$.paths: is missing or not an object", "List at least one path, or leave the document away to use the generic HTTP tools.");
        }
        CheckPathItems(paths, source);
        CheckStructure(root, source);
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
            var node = JsonNode.Parse(start.ToString(), documentOptions: JsonOptions);
            // JsonNode reads lazily and only then trips over a duplicate key.
            Touch(node);
            return node;
        }
        catch (JsonException exception)
        {
            throw Malformed(source, $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: not valid JSON", exception.Message);
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

    private static void Touch(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (_, value) in map)
                {
                    Touch(value);
                }
                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Touch(item);
                }
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
            throw Malformed(source, $"$.openapi: version '{version}' is not supported", "Use OpenAPI 3.0 or 3.1.");
        }
    }

    private static void CheckPathItems(JsonObject paths, string source)
    {
        foreach (var (path, item) in paths)
        {
            if (!path.StartsWith('/') && !path.StartsWith("x-", StringComparison.Ordinal))
            {
                throw Malformed(source, $"$.paths['{path}']: a path must begin with '/'", null);
            }
            if (item is not JsonObject && !path.StartsWith("x-", StringComparison.Ordinal))
            {
                throw Malformed(source, $"$.paths['{path}']: must be an object", null);
            }
        }
    }

    private static void CheckStructure(JsonObject root, string source)
    {
        var settings = new OpenApiReaderSettings { RuleSet = ValidationRuleSet.GetEmptyRuleSet() };
        OpenApiDiagnostic? diagnostic;
        try
        {
            diagnostic = new OpenApiJsonReader().Read(root, new Uri("http://localhost/openapi.json"), settings).Diagnostic;
        }
        catch (Exception exception) when (exception is OpenApiException or InvalidOperationException or FormatException or ArgumentException or JsonException)
        {
            throw Malformed(source, exception.Message, "Check the document with an OpenAPI linter.");
        }
        if (diagnostic?.Errors is { Count: > 0 } errors)
        {
            var shown = errors.Take(MaxShown).Select(static error => $"{error.Pointer}: {error.Message}");
            throw Malformed(source, string.Join("; ", shown) + (errors.Count > MaxShown ? $"; and {errors.Count - MaxShown} more" : ""), "Correct the places named above.");
        }
    }
}
