using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading;

/// <summary>What came of loading a scenario.</summary>
/// <param name="Scenario">The scenario; null where there are errors.</param>
/// <param name="Errors">All errors: the file's by line, then environment, then command line.</param>
/// <param name="Resolved">Every value with its source, for printing; also with errors, as far as it could be read.</param>
/// <param name="DataFiles">Full paths of the data files that were read, for the run directory's <c>data/</c>.</param>
public sealed record ScenarioLoadResult(
    Scenario? Scenario, ImmutableArray<ScenarioError> Errors, ResolvedScenario Resolved, ImmutableArray<string> DataFiles)
{
    /// <summary>What the user should know though nothing is wrong, a sentence each: for example that rows end a run early.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Whether there are no errors.</summary>
    public bool IsValid => Errors.IsEmpty;

    /// <summary>The scenario. Throws one <see cref="ApeTestException"/> (exit 2) that lists all errors, one a line.</summary>
    public Scenario ThrowIfInvalid() => Scenario is not null && IsValid
        ? Scenario
        : throw new ApeTestException(string.Join('\n', Errors), null, ExitCodes.Input);
}
