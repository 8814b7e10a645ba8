using System.Text.Json.Nodes;

namespace ApeTest.Mini.Board.Queries;

/// <summary>A parsed document: its operations and fragments.</summary>
internal sealed record QueryDocument(IReadOnlyList<QueryOperation> Operations, IReadOnlyDictionary<string, IReadOnlyList<QuerySelection>> Fragments);

/// <summary>One operation. <see cref="Defaults"/>: those of its variables.</summary>
internal sealed record QueryOperation(string Kind, string? Name, JsonObject Defaults, IReadOnlyList<QuerySelection> Selections);

/// <summary>A field, or a fragment: <see cref="Fragment"/> names one, and <see cref="Selections"/> without <see cref="Field"/> are an inline one.</summary>
/// <param name="Field">Name of the field; null for a fragment.</param>
/// <param name="Alias">Name in the answer.</param>
/// <param name="Arguments">Arguments; a variable is an object with the one key <c>$</c>.</param>
/// <param name="Selections">What is selected of it; null for a leaf.</param>
/// <param name="Fragment">Name of the fragment that is spread; null for none.</param>
internal sealed record QuerySelection(string? Field, string? Alias, JsonObject Arguments, IReadOnlyList<QuerySelection>? Selections, string? Fragment);
