using System.Text.Json;

namespace ApeTest.Targets.OpenApi;

/// <summary>One documented response.</summary>
public sealed class ResponseSpec
{
    private readonly Lazy<JsonElement?> _schema;

    internal ResponseSpec(string code, Func<JsonElement?> schema)
    {
        Code = code;
        _schema = new Lazy<JsonElement?>(schema);
    }

    /// <summary>Code as written: <c>201</c>, <c>4XX</c>, <c>default</c>.</summary>
    public string Code { get; }

    /// <summary>The status; null for a range or <c>default</c>.</summary>
    public int? Status => int.TryParse(Code, out var status) ? status : null;

    /// <summary>Schema of the JSON body, references resolved; null for none. Expanded on first use.</summary>
    public JsonElement? Schema => _schema.Value;
}
