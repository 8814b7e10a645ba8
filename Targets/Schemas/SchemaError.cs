namespace ApeTest.Targets.Schemas;

/// <summary>One rule that a value breaks.</summary>
/// <param name="Path">JSON path of the value: <c>$.items[0].quantity</c>.</param>
/// <param name="Rule">What was expected and what was there: <c>expected integer, got string "two"</c>.</param>
public sealed record SchemaError(string Path, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Rule}";
}
