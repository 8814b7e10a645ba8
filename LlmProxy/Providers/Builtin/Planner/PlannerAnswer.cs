namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What the planner says to one request.</summary>
/// <param name="Id">Completion id, the same for the same request.</param>
/// <param name="Created">Unix time, seconds.</param>
/// <param name="Text">Why this call, in a few words; null for nothing.</param>
/// <param name="Call">The tool call; null when there is no tool to call.</param>
/// <param name="PromptTokens">Estimated at 4 characters each.</param>
internal sealed record PlannerAnswer(string Id, long Created, string? Text, PlannedCall? Call, int PromptTokens);

/// <summary>A tool call as it goes over the wire.</summary>
internal sealed record PlannedCall(string Id, string Tool, string Arguments);

/// <summary>Whose session it is; empty texts where unknown. Only generated values depend on it.</summary>
internal sealed record SessionIdentity(string Run, string Session, string Trace);
