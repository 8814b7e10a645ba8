using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>Finds the operation by which users of a target log in, and the one by which they register.</summary>
internal static partial class LoginFinder
{
    private const int MostFields = 4;

    /// <summary>The login; null for none, or where it asks for more than a person would be asked.</summary>
    public static LoginForm? Login(ToolCatalog catalog) => First(catalog, static operation => LogsIn().IsMatch(Name(operation)) && !Registers().IsMatch(Name(operation)) && !IsOther().IsMatch(Name(operation)));

    /// <summary>The registration that anyone may use; null for none.</summary>
    public static LoginForm? Registration(ToolCatalog catalog) =>
        First(catalog, static operation => operation.Security is SecurityKind.None or SecurityKind.Undeclared && Registers().IsMatch(Name(operation)));

    private static LoginForm? First(ToolCatalog catalog, Func<OperationSpec, bool> isOne) => catalog.Operations
        .Where(operation => operation.Method == HttpMethod.Post && operation.Body is { Kind: BodyKind.Json or BodyKind.Form } && isOne(operation))
        .Select(Read).OfType<LoginForm>().FirstOrDefault();

    private static LoginForm? Read(OperationSpec operation)
    {
        var fields = ImmutableArray.CreateBuilder<LoginField>();
        var schema = operation.Tool.InputSchema;
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return null;
        }
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()).ToHashSet() : [];
        foreach (var property in properties.EnumerateObject())
        {
            var isSecret = SecretNames.Contains(property.Name);
            if (!operation.Body!.Flattened.Contains(property.Name) || !(isSecret || required.Count == 0 || required.Contains(property.Name)) || Fixed().IsMatch(property.Name))
            {
                continue;
            }
            fields.Add(new LoginField(property.Name, isSecret, Example(property.Value)));
        }
        return fields.Count is >= 2 and <= MostFields && fields.Any(static field => field.IsSecret)
            ? new LoginForm(operation, [.. fields.OrderBy(static field => field.IsSecret)])
            : null;
    }

    /// <summary>The value that a schema shows for an example; null for none.</summary>
    public static string? Example(JsonElement schema)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["example", "default", "const"])
        {
            if (schema.TryGetProperty(keyword, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                return value.ToString();
            }
        }
        return schema.TryGetProperty("examples", out var several) && several.ValueKind is JsonValueKind.Array && several.GetArrayLength() > 0
            && several[0].ValueKind is JsonValueKind.String or JsonValueKind.Number ? several[0].ToString() : null;
    }

    private static string Name(OperationSpec operation) => $"{operation.Name} {operation.Path} {operation.Summary}";

    [GeneratedRegex("log.?(in|on)\\b|sign.?in\\b|session|authenticat|/auth|token", RegexOptions.IgnoreCase)]
    private static partial Regex LogsIn();

    [GeneratedRegex("regist|sign.?up|enrol|create.?(an?.)?(user|account|customer|member)\\b", RegexOptions.IgnoreCase)]
    private static partial Regex Registers();

    [GeneratedRegex("refresh|revoke|reset|forgot|change|verify|confirm|log.?out|sign.?out|introspect", RegexOptions.IgnoreCase)]
    private static partial Regex IsOther();

    // What OAuth's password grant has beside user and password.
    [GeneratedRegex("^(grant_?type|scope|client_?id|client_?secret|remember.?me)$", RegexOptions.IgnoreCase)]
    private static partial Regex Fixed();
}
