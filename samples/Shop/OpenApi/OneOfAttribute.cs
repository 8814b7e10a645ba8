namespace ApeTest.Shop.OpenApi;

/// <summary>The values that a text parameter may take, shown in the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class OneOfAttribute(params string[] values) : Attribute
{
    public string[] Values { get; } = values;
}
