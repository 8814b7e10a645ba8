using System.Collections.Immutable;

namespace ApeTest.Targets.GraphQl;

/// <summary>A named type of a schema.</summary>
/// <param name="Name">Name.</param>
/// <param name="Kind"><c>SCALAR</c>, <c>OBJECT</c>, <c>INTERFACE</c>, <c>UNION</c>, <c>ENUM</c> or <c>INPUT_OBJECT</c>.</param>
internal sealed record GraphQlType(string Name, string Kind)
{
    public ImmutableArray<GraphQlField> Fields { get; init; } = [];

    public ImmutableArray<GraphQlInput> Inputs { get; init; } = [];

    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>Names of the object types that an interface or union may be.</summary>
    public ImmutableArray<string> Possible { get; init; } = [];

    /// <summary>Whether it is selected by its name alone.</summary>
    public bool IsLeaf => Kind is "SCALAR" or "ENUM";
}

/// <summary>A field of an object or interface: of the root types, a query or mutation.</summary>
/// <param name="Name">Name.</param>
/// <param name="Description">Description; null for none.</param>
/// <param name="Type">Type of its value.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record GraphQlField(string Name, string? Description, TypeReference Type, ImmutableArray<GraphQlInput> Arguments)
{
    /// <summary>Whether it can be selected without arguments.</summary>
    public bool NeedsNothing => Arguments.All(static argument => !argument.IsRequired);
}

/// <summary>An argument, or a field of an input object.</summary>
/// <param name="Name">Name.</param>
/// <param name="Description">Description; null for none.</param>
/// <param name="Type">Type of its value.</param>
/// <param name="Default">Default value in GraphQL's notation; null for none.</param>
internal sealed record GraphQlInput(string Name, string? Description, TypeReference Type, string? Default)
{
    public bool IsRequired => Type.IsNonNull && Default is null;
}

/// <summary>A use of a type: a name, or a list of something.</summary>
/// <param name="Name">Name of the innermost type.</param>
/// <param name="IsNonNull">Whether it is never null.</param>
/// <param name="Item">What the list holds; null for no list.</param>
internal sealed record TypeReference(string Name, bool IsNonNull, TypeReference? Item)
{
    /// <summary>In GraphQL's notation: <c>[Product!]!</c>.</summary>
    public override string ToString() => (Item is null ? Name : $"[{Item}]") + (IsNonNull ? "!" : "");
}
