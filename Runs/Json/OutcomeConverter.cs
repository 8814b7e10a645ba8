using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Json;

/// <summary>Outcomes in snake case: <c>agent_error</c>.</summary>
internal sealed class OutcomeConverter() : JsonStringEnumConverter<SessionOutcome>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
