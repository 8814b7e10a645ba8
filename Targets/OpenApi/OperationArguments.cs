using System.Collections.Immutable;
using System.Text.Json;

namespace ApeTest.Targets.OpenApi;

/// <summary>What an operation takes, made on first use: most operations of a large document are never called.</summary>
/// <param name="Schema">Schema of the tool's arguments.</param>
/// <param name="Parameters">Parameters.</param>
/// <param name="Body">Body; null for none.</param>
internal sealed record OperationArguments(JsonElement Schema, ImmutableArray<ParameterSpec> Parameters, BodySpec? Body);
