using System.Text.Json;
using ApeTest.Targets.Schemas;

namespace ApeTest.Targets.Tools;

/// <summary>Checks a call's arguments.</summary>
internal static class ArgumentCheck
{
    /// <summary>No arguments.</summary>
    public static JsonElement Empty { get; } = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>All broken rules in one line; null where the arguments hold.</summary>
    public static string? Errors(SchemaChecker checker, JsonElement arguments)
    {
        var errors = checker.Check(arguments);
        return errors.IsEmpty ? null : string.Join("; ", errors);
    }
}
