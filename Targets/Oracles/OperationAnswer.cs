using ApeTest.Targets.Http;

namespace ApeTest.Targets.Oracles;

/// <summary>One answer to an operation of the session.</summary>
/// <param name="Action">Number of the action, from 1.</param>
/// <param name="Operation">Tool name.</param>
/// <param name="Exchange">The answer.</param>
internal readonly record struct OperationAnswer(int Action, string Operation, TargetExchange Exchange);
