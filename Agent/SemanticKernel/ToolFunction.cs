using System.Text.Json;
using ApeTest.Targets.Tools;
using Microsoft.SemanticKernel;

namespace ApeTest.Agent.SemanticKernel;

/// <summary>
/// A tool as a kernel function: its name, its description, and of its schema each argument's own. Invoked, it makes the call through the session that the
/// kernel acts for (<see cref="SessionKernel"/>), which runs the same <see cref="ITool"/> as for a decided call, and returns the
/// observation.
/// </summary>
internal static class ToolFunction
{
    public static KernelFunction Of(ToolSpec tool)
    {
        var parameters = Parameters(tool.InputSchema, out var untold);
        return KernelFunctionFactory.CreateFromMethod(
            (Kernel kernel, KernelArguments arguments, CancellationToken cancellationToken) => InvokeAsync(tool, kernel, arguments, cancellationToken),
            new KernelFunctionFromMethodOptions
            {
                FunctionName = tool.Name,
                Description = untold is null ? tool.Description : $"{tool.Description} {untold}",
                Parameters = parameters,
            });
    }

    private static async Task<string> InvokeAsync(ToolSpec tool, Kernel kernel, KernelArguments arguments, CancellationToken cancellationToken)
    {
        var invoke = SessionKernel.SessionOf(kernel)?.Invoke
            ?? throw new KernelException($"The function '{tool.Name}' acts for a session, and this kernel has none.");
        return await invoke(tool.Name, ToolArguments.Of(arguments, tool.InputSchema), cancellationToken);
    }

    /// <summary>
    /// The arguments with their schemas. A function has no more than that: what else the object's schema says is in
    /// <paramref name="untold"/>, as text for the description; null for nothing.
    /// </summary>
    private static List<KernelParameterMetadata> Parameters(JsonElement schema, out string? untold)
    {
        var parameters = new List<KernelParameterMetadata>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        List<string>? more = null;
        if (schema.TryGetProperty("properties", out var properties))
        {
            var required = schema.TryGetProperty("required", out var list) ? list.EnumerateArray().Select(static name => name.GetString()!).ToHashSet(StringComparer.Ordinal) : [];
            foreach (var property in properties.EnumerateObject())
            {
                // Kernel arguments do not tell names apart by case; targets may.
                if (!names.Add(property.Name))
                {
                    (more ??= []).Add($"Takes {(required.Contains(property.Name) ? "also, required," : "also")} `{property.Name}`: {property.Value.GetRawText()}.");
                    continue;
                }
                parameters.Add(new KernelParameterMetadata(property.Name)
                {
                    Description = property.Value.ValueKind is JsonValueKind.Object && property.Value.TryGetProperty("description", out var text) ? text.ToString() : null,
                    IsRequired = required.Contains(property.Name),
                    Schema = KernelJsonSchema.Parse(property.Value.GetRawText()),
                });
            }
        }
        if (schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind is not JsonValueKind.False)
        {
            (more ??= []).Add($"Takes further arguments, each: {additional.GetRawText()}.");
        }
        untold = more is null ? null : string.Join(' ', more);
        return parameters;
    }
}
