using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ApeTest.Scenarios;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.OpenApi;

/// <summary>Makes a tool catalog of an OpenAPI 3.0 or 3.1 document.</summary>
public static class OpenApiImporter
{
    /// <summary>Keys of a path item that are operations.</summary>
    internal static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    /// <summary>
    /// Imports every operation. A malformed document throws <see cref="ApeTestException"/> (exit 2) that names what is malformed and where.
    /// </summary>
    /// <param name="document">The document, JSON or YAML.</param>
    /// <param name="baseUrl">URL of the target. The base path of <c>servers</c> is taken relative to it; a server of another host is ignored in its favour, but for one of a single path or operation.</param>
    /// <param name="source">What to call the document in errors. Default <c>the OpenAPI document</c>.</param>
    public static ToolCatalog Import(string document, Uri baseUrl, string source = "the OpenAPI document")
    {
        // 1. Text to JSON, and its structure judged.
        var root = DocumentReader.Read(document, source);
        var references = new DocumentReferences(root);
        // 2. What holds for all operations.
        var servers = new ServerReader(root, baseUrl);
        var reader = new OperationReader(references, new SecurityReader(root, references), new ToolNames(ToolCatalog.ReservedNames), servers);
        var operations = ImmutableArray.CreateBuilder<OperationSpec>();
        // 3. The operations: their names now, their schemas on first use.
        foreach (var (path, node) in (JsonObject)root["paths"]!)
        {
            if (path.StartsWith("x-", StringComparison.Ordinal) || references.Resolve(node) is not { } referred)
            {
                continue;
            }
            // Beside a $ref a path item may have operations of its own.
            var own = (JsonObject)node!;
            foreach (var method in Methods)
            {
                if ((own[method] ?? referred[method]) is JsonObject operation)
                {
                    operations.Add(reader.Read(path, method, referred, operation));
                }
            }
        }
        if (operations.Count == 0)
        {
            throw DocumentReader.Malformed(source, "$.paths: holds no operation", "List at least one, or leave the document away to use the generic HTTP tools.");
        }
        return new ToolCatalog(operations.ToImmutable(), servers.Root, baseUrl, hasDocument: true);
    }
}
