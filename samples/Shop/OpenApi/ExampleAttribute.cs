using System.Text.Json.Nodes;

namespace ApeTest.Shop.OpenApi;

/// <summary>An example value, shown in the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class ExampleAttribute : Attribute
{
    private readonly Func<JsonNode> _create;

    public ExampleAttribute(string value) => _create = () => JsonValue.Create(value);

    public ExampleAttribute(int value) => _create = () => JsonValue.Create(value);

    public ExampleAttribute(double value) => _create = () => JsonValue.Create(value);

    /// <summary>A new node at each call: a node has one parent.</summary>
    public JsonNode ToJson()
    {
        return _create();
    }
}
