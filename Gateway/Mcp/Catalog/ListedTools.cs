using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Catalog;

/// <summary>Lists tools of targets under unique names of at most 64 characters (DESIGN 6).</summary>
/// <param name="prefixed">Whether names begin with their target's: there are several targets.</param>
internal sealed class ListedTools(bool prefixed)
{
    private const int MaxLength = 64;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal) { SessionStart.Name };

    /// <summary>Lists one tool.</summary>
    /// <param name="target">Its target.</param>
    /// <param name="set">The target's tools.</param>
    /// <param name="spec">The tool.</param>
    /// <param name="operation">The operation behind it; null for a generic tool.</param>
    public McpTool List(TargetEntry target, ToolSet set, ToolSpec spec, OperationSpec? operation)
    {
        var name = Take(prefixed ? $"{target.Name}_{spec.Name}" : spec.Name);
        var argument = HasProperty(spec.InputSchema, SessionStart.Argument) ? "mcp_session" : SessionStart.Argument;
        var annotations = Annotations(spec, operation);
        return new McpTool
        {
            Target = target,
            Name = spec.Name,
            Set = set,
            SessionArgument = argument,
            Listed = Listed(name, spec, annotations, spec.InputSchema),
            ListedWithSession = Listed(name, spec, annotations, WithSession(spec.InputSchema, argument)),
        };
    }

    private static Tool Listed(string name, ToolSpec spec, ToolAnnotations annotations, JsonElement schema) =>
        new() { Name = name, Title = annotations.Title, Description = spec.Description, InputSchema = schema, Annotations = annotations };

    private string Take(string wanted)
    {
        var name = wanted[..Math.Min(wanted.Length, MaxLength)];
        for (var number = 2; !_taken.Add(name); number++)
        {
            var suffix = $"_{number}";
            name = wanted[..Math.Min(wanted.Length, MaxLength - suffix.Length)] + suffix;
        }
        return name;
    }

    /// <summary>What a client may tell its user before a call. Hints: the target's document is believed.</summary>
    private static ToolAnnotations Annotations(ToolSpec spec, OperationSpec? operation)
    {
        var isRead = spec.Method is "GET" or "HEAD" or "OPTIONS" || spec.Name == "state_get";
        return new ToolAnnotations
        {
            Title = string.IsNullOrWhiteSpace(operation?.Summary) ? null : operation.Summary,
            ReadOnlyHint = isRead,
            DestructiveHint = spec.Method == "DELETE" || operation?.Destructive == true,
            IdempotentHint = isRead || spec.Method is "PUT" or "DELETE" || !spec.IsAction,
            // A target is one known system; nothing else can be reached.
            OpenWorldHint = false,
        };
    }

    private static bool HasProperty(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _);

    private static JsonElement WithSession(JsonElement schema, string argument)
    {
        var copy = JsonObject.Create(schema)!;
        if (copy["properties"] is not JsonObject properties)
        {
            copy["properties"] = properties = [];
        }
        properties[argument] = new JsonObject { ["type"] = "string", ["description"] = $"Handle from {SessionStart.Name}; without it the call starts from nothing." };
        return JsonSerializer.SerializeToElement(copy);
    }
}
