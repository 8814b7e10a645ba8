using ApeTest.Gateway.Forwarding;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway;

/// <summary>What the gateway knows at one time: one gateway file, compiled. Immutable; a request keeps the one that it began with.</summary>
/// <param name="File">The file.</param>
/// <param name="Policy">Its policy.</param>
/// <param name="Invokers">The handlers that reach its targets.</param>
internal sealed record GatewayState(GatewayFile File, TargetPolicy Policy, TargetInvokers Invokers);
