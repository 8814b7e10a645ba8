using ApeTest.Scenarios.Success;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Reads statuses.</summary>
internal static class StatusCompiler
{
    /// <summary>Reads them; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where they are malformed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scope">Where it stands.</param>
    /// <param name="allowNone">Whether <c>0</c>, no answer, is one.</param>
    public static StatusSet Parse(string text, ValueScope scope, bool allowNone = false)
    {
        if (!StatusSet.TryParse(text, out var statuses, out var error, allowNone))
        {
            scope.Fail($"status: {error.Message}", error.Suggestion);
        }
        return statuses;
    }
}
