using System.Collections.Immutable;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Oracles.Derivation;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Readiness;

/// <summary>Checks that every goal can be judged: by declared conditions that the target can meet, else by conditions derived from its words.</summary>
internal static class OracleCheck
{
    /// <summary>
    /// The scenario with conditions for every goal. Throws <see cref="ApeTestException"/> (exit 2) for conditions that name what the target
    /// has not, and for goals without any from which none can be derived: all of them at once, with the operations that may be meant.
    /// </summary>
    public static JudgedScenario Judge(Scenario scenario, ToolCatalog catalog)
    {
        var goals = scenario.Goals.Select(goal => OracleNames.Resolve(goal, catalog)).ToImmutableArray();
        OracleValidator.Validate(goals, catalog);
        var derived = goals.Where(static goal => goal.Success.IsEmpty).Select(goal => (Goal: goal, Derivation: OracleDeriver.Derive(goal, catalog))).ToList();
        var several = goals.Length > 1;
        if (derived.FindAll(static pair => !pair.Derivation.IsDerived) is { Count: > 0 } failed)
        {
            throw new ApeTestException(OracleText.Problems(failed), OracleText.Hint(failed, several), ExitCodes.Input);
        }
        if (derived.Count == 0)
        {
            return new JudgedScenario(scenario with { Goals = goals }, "declared");
        }
        // One source of truth: derived conditions are judged as declared ones are.
        var conditions = derived.ToDictionary(static pair => pair.Goal.Name, static pair => pair.Derivation.Conditions, StringComparer.Ordinal);
        return new JudgedScenario(scenario with { Goals = [.. goals.Select(goal => conditions.TryGetValue(goal.Name, out var success) ? goal with { Success = success } : goal)] }, "derived")
        {
            Explanation = OracleText.Explain(derived, several),
            Derived = [.. Enumerable.Range(0, goals.Length).Where(index => conditions.ContainsKey(goals[index].Name))],
        };
    }
}
