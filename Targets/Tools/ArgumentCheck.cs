using System.Text.Json;
using ApeTest.Targets.Schemas;

namespace ApeTest.Targets.Tools;

/// <summary>Checks a call's arguments.</summary>
public static class ArgumentCheck
{
    /// <summary>No arguments.</summary>
    internal static JsonElement Empty { get; } = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>All broken rules in one line; null where the arguments hold.</summary>
    internal static string? Errors(SchemaChecker checker, JsonElement arguments)
    {
        if (Unreadable(arguments) is { } unreadable)
        {
            return unreadable;
        }
        var errors = checker.Check(arguments);
        return errors.IsEmpty ? null : string.Join("; ", errors);
    }

    /// <summary>
    /// Why arguments cannot be read, in the form of a schema error; null where they can. JSON may escape what is no text (RFC 8259, section 8.2); reading it as text
    /// throws, so it must be found before anything does.
    /// </summary>
    public static string? Unreadable(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Undefined ? null
        : !IsReadable(arguments) ? "$: a string holds an escape like \\ud800 that is one half of a surrogate pair, and so no character"
        : null;

    private static bool IsReadable(JsonElement value)
    {
        return !value.GetRawText().Contains("\\ud", StringComparison.OrdinalIgnoreCase) || Reads(value);

        static bool Reads(JsonElement value)
        {
            try
            {
                return value.ValueKind switch
                {
                    JsonValueKind.String => value.GetString() is not null,
                    JsonValueKind.Array => value.EnumerateArray().All(Reads),
                    JsonValueKind.Object => value.EnumerateObject().All(static property => property.Name is not null && Reads(property.Value)),
                    _ => true,
                };
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }
}
