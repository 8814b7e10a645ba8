using System.Collections.Immutable;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Oracles.Derivation.Operations;

/// <summary>The read that finds what an operation created.</summary>
/// <param name="Operation">The read: <c>GET /orders/{orderId}</c>.</param>
/// <param name="Ids">For each parameter of its path: the name to capture, and where the created response has it.</param>
/// <param name="Noun">What is read: <c>order</c>.</param>
internal sealed record CreatedRead(OperationSpec Operation, ImmutableArray<CreatedId> Ids, string Noun);

/// <summary>A parameter of a read and where its value comes from.</summary>
/// <param name="Parameter">Name in the path.</param>
/// <param name="Capture">Name to capture it under: <c>orderId</c>.</param>
/// <param name="JsonPath">Where the response has it: <c>$.id</c>.</param>
internal readonly record struct CreatedId(string Parameter, string Capture, string JsonPath);
