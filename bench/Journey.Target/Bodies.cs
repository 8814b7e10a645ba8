using System.Text.Json.Serialization;

namespace ApeTest.Journey_Target;

/// <summary>Body of POST /login.</summary>
internal sealed record LoginBody(string? Name, string? Password);

/// <summary>Body of POST /cart.</summary>
internal sealed record CartBody(string? ProductId, int Quantity);

/// <summary>Body of POST /checkout.</summary>
internal sealed record CheckoutBody(string? CartId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LoginBody))]
[JsonSerializable(typeof(CartBody))]
[JsonSerializable(typeof(CheckoutBody))]
internal sealed partial class BodiesJson : JsonSerializerContext;
