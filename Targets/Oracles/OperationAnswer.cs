using ApeTest.Targets.Http;

namespace ApeTest.Targets.Oracles;

/// <summary>One answer to an operation of the session.</summary>
/// <param name="Action">Number of the action, from 1.</param>
/// <param name="Operation">Tool name.</param>
/// <param name="Exchange">The answer.</param>
/// <param name="LedBy">The first answer of the action, where that was a redirect elsewhere; null where it was not.</param>
internal readonly record struct OperationAnswer(int Action, string Operation, TargetExchange Exchange, TargetExchange? LedBy = null);
