namespace ApeTest.Shop.Faults;

/// <summary>How the shop misbehaves right now; the body of <c>/_shop/faults</c>.</summary>
/// <param name="Share503">Share of requests answered 503, 0..1.</param>
/// <param name="LatencyMs">Added to each request, milliseconds.</param>
/// <param name="Seed">Decides which requests fail.</param>
/// <param name="RetryAfterS">Seconds for <c>Retry-After</c>; null: not sent.</param>
internal sealed record FaultSettings(double Share503 = 0, double LatencyMs = 0, long Seed = 1, int? RetryAfterS = null);
