namespace ApeTest.Targets.Faults;

/// <summary>A fault that hits one request, its delay drawn.</summary>
/// <param name="Kind">Bounded label of logs, metrics and <c>X-Ape-Timing</c>: <c>latency</c>, <c>status</c>, <c>abort</c>, <c>slow_body</c>, <c>throttle</c>, or several joined by <c>+</c>.</param>
/// <param name="Latency">Delay before forwarding, or before the injected answer.</param>
/// <param name="Options">What else happens.</param>
public sealed record FaultHit(string Kind, TimeSpan Latency, FaultOptions Options);
