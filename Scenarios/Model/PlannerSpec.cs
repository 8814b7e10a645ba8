namespace ApeTest.Scenarios.Model;

/// <summary>How fast <see cref="LlmSpec.BuiltInPlanner"/> pretends to be: a stand-in for a model's time in a study of capacity.</summary>
public sealed record PlannerSpec
{
    /// <summary>Pause before its first token. Default 0.</summary>
    public TimeSpan Ttft { get; init; }

    /// <summary>Tokens (4 characters) a second after the first; 0: no pauses. Default 0.</summary>
    public double TokensPerSecond { get; init; }
}
