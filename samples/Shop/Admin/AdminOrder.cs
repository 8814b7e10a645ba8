using System.Text.Json.Serialization;

namespace ApeTest.Shop.Admin;

/// <summary>An order as the one who runs the shop sees it: with the trace id of the checkout.</summary>
internal sealed record AdminOrder(string Id, string User, [property: JsonPropertyName("trace_id")] string TraceId, decimal Total, DateTimeOffset Created);
