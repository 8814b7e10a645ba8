using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>The next call, and what it is for.</summary>
/// <param name="Tool">Tool.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Thought">For people.</param>
internal sealed record Suggestion(string Tool, JsonObject Arguments, string Thought);
