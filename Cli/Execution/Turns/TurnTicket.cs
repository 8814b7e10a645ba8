using System.Text.Json.Serialization;

namespace ApeTest.Cli.Execution.Turns;

/// <summary>Who stands in a queue, as the others are told.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Scenario">Scenario name.</param>
/// <param name="Directory">Where it was started.</param>
/// <param name="Pid">Its process.</param>
internal sealed record TurnTicket(string Run, string Scenario, string Directory, int Pid);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TurnTicket))]
internal sealed partial class TurnTicketJson : JsonSerializerContext;
