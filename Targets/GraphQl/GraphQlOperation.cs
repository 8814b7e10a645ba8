using System.Text;
using System.Text.Json;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>A query or mutation of a schema: the tool that a brain sees, and the document that is sent. Immutable; its parts are made on first use.</summary>
internal sealed class GraphQlOperation
{
    private const int MaxDescription = 1000;

    private readonly Lazy<ToolSpec> _tool;
    private readonly Lazy<SchemaChecker> _checker;
    private readonly Lazy<byte[]> _prefix;

    public GraphQlOperation(string name, string kind, GraphQlField field, GraphQlSchema schema, Uri endpoint)
    {
        (Name, IsMutation) = (name, kind == "mutation");
        _tool = new Lazy<ToolSpec>(() => new ToolSpec(name, Describe(kind, field), new ArgumentSchema(schema).Of(field), IsAction: true) { Method = "POST", Path = endpoint.AbsolutePath });
        _checker = new Lazy<SchemaChecker>(() => SchemaChecker.Compile(Tool.InputSchema));
        _prefix = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(
            $$"""{"operationName":"{{field.Name}}","query":{{JsonSerializer.Serialize(Document(kind, field, schema))}},"variables":"""));
    }

    public string Name { get; }

    public bool IsMutation { get; }

    public ToolSpec Tool => _tool.Value;

    public SchemaChecker Checker => _checker.Value;

    /// <summary>The request body for checked arguments.</summary>
    public ReadOnlyMemory<byte> Body(JsonElement arguments)
    {
        var prefix = _prefix.Value;
        var variables = Encoding.UTF8.GetBytes(arguments.GetRawText());
        var body = new byte[prefix.Length + variables.Length + 1];
        prefix.CopyTo(body, 0);
        variables.CopyTo(body, prefix.Length);
        body[^1] = (byte)'}';
        return body;
    }

    private static string Document(string kind, GraphQlField field, GraphQlSchema schema)
    {
        var declared = string.Join(", ", field.Arguments.Select(static argument => $"${argument.Name}: {Declared(argument)}"));
        var given = string.Join(", ", field.Arguments.Select(static argument => $"{argument.Name}: ${argument.Name}"));
        return field.Arguments.IsEmpty
            ? $"{kind} {field.Name} {{ {field.Name}{new SelectionWriter(schema).Of(field.Type)} }}"
            : $"{kind} {field.Name}({declared}) {{ {field.Name}({given}){new SelectionWriter(schema).Of(field.Type)} }}";
    }

    /// <summary>A variable that is left out leaves the argument its default only if it may be left out itself (section 5.8.5).</summary>
    private static TypeReference Declared(GraphQlInput argument) => argument.Default is null ? argument.Type : argument.Type with { IsNonNull = false };

    private static string Describe(string kind, GraphQlField field)
    {
        var words = string.Join(' ', (field.Description ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return ObservationWriter.Cut($"{kind} {field.Name} - {(words.Length > 0 ? words.TrimEnd('.') + ". " : "")}Returns {field.Type}.", MaxDescription);
    }
}
