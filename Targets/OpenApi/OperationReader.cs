using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads one operation: at once what says which tool it is, on first use what it takes and answers.</summary>
internal sealed class OperationReader(DocumentReferences references, SecurityReader security, ToolNames names, ServerReader servers)
{
    /// <summary>Longest description: some documents keep whole manuals there, and a model reads them with every decision.</summary>
    private const int MaxDescription = 2000;

    /// <summary>Schemas go to models, not into HTML: <c>+</c> stays <c>+</c>.</summary>
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

    public OperationSpec Read(string path, string method, JsonObject item, JsonObject operation)
    {
        var operationId = SchemaKeywords.Text(operation["operationId"]);
        var upper = method.ToUpperInvariant();
        var summary = SchemaKeywords.Text(operation["summary"]);
        var description = Describe(upper, path, summary, SchemaKeywords.Text(operation["description"]));
        return new OperationSpec(names.Take(operationId, method, path), description, () => ArgumentReader.Read(references, security, path, item, operation))
        {
            OperationId = operationId,
            Method = new HttpMethod(upper),
            BaseUrl = servers.Of(item, operation),
            Path = path,
            Summary = summary,
            Tags = [.. (operation["tags"] as JsonArray ?? []).Select(SchemaKeywords.Text).OfType<string>()],
            Credentials = security.Of(operation),
            Responses = ReadResponses(operation),
            AnswersHtml = (operation["responses"] as JsonObject ?? []).Any(response => IsHtml(response.Value)),
            Destructive = SchemaKeywords.IsTrue(operation["x-ape-destructive"]),
        };
    }

    /// <summary>A node as an element of its own.</summary>
    public static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node, Relaxed);

    private ImmutableArray<ResponseSpec> ReadResponses(JsonObject operation)
    {
        var responses = ImmutableArray.CreateBuilder<ResponseSpec>();
        foreach (var (code, node) in operation["responses"] as JsonObject ?? [])
        {
            if (!code.StartsWith("x-", StringComparison.Ordinal))
            {
                responses.Add(new ResponseSpec(code, () => SchemaOf(node)));
            }
        }
        return responses.ToImmutable();
    }

    private bool IsHtml(JsonNode? response)
    {
        try
        {
            return (references.Resolve(response)?["content"] as JsonObject)?.Any(static media => media.Key.Contains("html", StringComparison.OrdinalIgnoreCase)) == true;
        }
        catch (FormatException)
        {
            // A reference to nothing: whoever asks for the response's schema is told.
            return false;
        }
    }

    private JsonElement? SchemaOf(JsonNode? response)
    {
        var media = (references.Resolve(response)?["content"] as JsonObject)?.FirstOrDefault(static media => MediaTypes.IsJson(media.Key)).Value as JsonObject;
        return media?["schema"] is { } schema ? Element(new SchemaExpander(references, forRequest: false).Expand(schema)) : null;
    }

    private static string Describe(string method, string path, string? summary, string? description)
    {
        var words = (summary?.Trim().TrimEnd('.'), description?.Trim()) switch
        {
            ({ Length: > 0 } s, { Length: > 0 } d) => s == d.TrimEnd('.') ? s : $"{s}. {d}",
            ({ Length: > 0 } s, _) => s,
            (_, { Length: > 0 } d) => d,
            _ => "",
        };
        words = words.Length > MaxDescription ? words[..(MaxDescription - 3)] + "..." : words;
        return words.Length == 0 ? $"{method} {path}" : $"{method} {path} - {words}";
    }
}
