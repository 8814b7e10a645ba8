using System.Collections.Immutable;
using System.Text.Json;

namespace ApeTest.Targets.Schemas;

/// <summary>
/// Checks JSON values against a JSON schema (the keywords of draft 2020-12 that API descriptions use, and OpenAPI 3.0's
/// <c>nullable</c>). Compiled once; <see cref="Check"/> is thread-safe. Unknown keywords are ignored, as the specification says.
/// <c>$ref</c> reaches within the same document only: <c>#</c>, <c>#/$defs/x</c> or any other JSON pointer in it.
/// </summary>
public sealed class SchemaChecker
{
    /// <summary>Most errors of one check.</summary>
    public const int MaxErrors = 20;

    private readonly SchemaNode _root;

    private SchemaChecker(SchemaNode root)
    {
        _root = root;
    }

    /// <summary>Compiles a schema. One that is itself malformed (unknown type name, bad pattern, dangling <c>$ref</c>) throws <see cref="FormatException"/> that says where.</summary>
    public static SchemaChecker Compile(JsonElement schema) => new(new SchemaCompiler(schema).Compile());

    /// <summary>Every broken rule, at most <see cref="MaxErrors"/>; empty where the value holds.</summary>
    public ImmutableArray<SchemaError> Check(JsonElement value)
    {
        var errors = new SchemaErrors(MaxErrors);
        _root.Check(value, errors, depth: 0);
        return errors.ToImmutable();
    }

    /// <summary>Whether the value holds.</summary>
    public bool IsValid(JsonElement value)
    {
        var errors = new SchemaErrors(1);
        _root.Check(value, errors, depth: 0);
        return errors.Count == 0;
    }
}
