using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Conditions;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Matching;
using ApeTest.Targets.Oracles.Derivation.Operations;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles.Derivation;

/// <summary>
/// Derives an oracle from the text of a goal and the operations of the target (DESIGN 2; docs/design/003-derived-oracles.md). It knows
/// nothing of any brain. The same goal and target give the same oracle; in doubt there is none.
/// </summary>
public static class OracleDeriver
{
    // Far above what a person writes; some rules look at pairs of words.
    private const int LongestGoal = 20_000;
    private const int Shown = 60;

    /// <summary>Derives the oracle of one goal. Any text is a goal: nothing throws.</summary>
    /// <param name="goal">The goal; what it declares is not looked at.</param>
    /// <param name="catalog">The target's operations.</param>
    public static OracleDerivation Derive(GoalSpec goal, ToolCatalog catalog)
    {
        if (!catalog.HasDocument)
        {
            return Failed(goal.Goal, "cannot be mapped to operations: the target has no OpenAPI document", []);
        }
        if (goal.Goal.Length > LongestGoal)
        {
            return Failed(goal.Goal[..Shown] + "...", $"is too long to derive from ({goal.Goal.Length} characters, at most {LongestGoal}); declare --success", []);
        }
        // 1. What the target can do, and what the goal says.
        var target = new TargetProfile(catalog);
        var clauses = ClauseReader.Read(goal.Goal, target.Vocabulary);
        // 2. Each clause that changes something is exactly one operation.
        var matcher = new IntentMatcher(target, goal.Goal.Contains("admin", StringComparison.OrdinalIgnoreCase));
        var steps = new GoalSteps(target, matcher);
        foreach (var clause in clauses)
        {
            steps.Add(clause);
        }
        if (!steps.Problems.IsEmpty)
        {
            return new OracleDerivation(Prove(steps.Steps), steps.Problems);
        }
        // 3. What proves each.
        return steps.Steps.Count > 0 ? new OracleDerivation(Prove(steps.Steps), []) : OfReads(goal, clauses, target, matcher);
    }

    private static ImmutableArray<DerivedIntent> Prove(IEnumerable<GoalStep> steps)
    {
        var writer = new ConditionWriter();
        return [.. steps.Select(step => new DerivedIntent(step.Clause.Phrase, step.Fit.Profile.Operation, Why(step), writer.Write(step)))];
    }

    private static OracleDerivation OfReads(GoalSpec goal, List<Clause> clauses, TargetProfile target, IntentMatcher matcher)
    {
        if (ReadGoal.Find(clauses, target) is not var (clause, fits))
        {
            return Failed(goal.Goal, "names nothing that an operation of the target does", Operations(matcher.Likely(goal.Goal)));
        }
        return fits is [var only]
            ? new OracleDerivation([new DerivedIntent(clause.Phrase, only.Operation, "the only read of it", [ConditionWriter.Answers(only.Operation)])], [])
            : Failed(clause.Phrase, fits.IsEmpty ? "fits no operation" : "fits several operations equally", Operations(fits.IsEmpty ? target.Reads : fits));
    }

    private static OracleDerivation Failed(string phrase, string message, ImmutableArray<OperationSpec> candidates) =>
        new([], [new DerivationProblem(phrase, message, candidates)]);

    private static ImmutableArray<OperationSpec> Operations(IEnumerable<OperationProfile> profiles) => [.. profiles.Select(static profile => profile.Operation)];

    private static string Why(GoalStep step) => step.Fit.Deed switch
    {
        DeedFit.Named => $"it is named by '{step.Intent.Verb.Name}'",
        DeedFit.Meant => $"its name means '{step.Intent.Verb.Name}'",
        DeedFit.Shaped => $"{step.Fit.Profile.Operation.Method} on what the goal names",
        _ => $"its text says '{step.Intent.Verb.Name}'",
    };
}
