using System.Text.Json.Serialization;

namespace ApeTest.Observability.Dashboard;

/// <summary>A part of a page.</summary>
/// <param name="Id">Id of its place in the page.</param>
/// <param name="Html">Its HTML.</param>
/// <param name="Json">Its HTML as a JSON string, made once for all viewers.</param>
/// <param name="Version">When it changed last.</param>
internal sealed record BroadcastPart(string Id, string Html, string Json, long Version);

[JsonSerializable(typeof(string))]
internal sealed partial class BroadcastJson : JsonSerializerContext;
