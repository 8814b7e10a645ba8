using System.Text;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Compiles the conditions of branches and loops.</summary>
internal static class ConditionCompiler
{
    /// <summary>Compiles one; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where it is malformed.</summary>
    public static StepTest Compile(StepCondition condition, ValueScope scope)
    {
        return new StepTest(
            condition.Status is { } status ? StatusCompiler.Parse(status, scope, allowNone: true) : null,
            [.. condition.Value.Select(pair => Compile(pair.Key, pair.Value, scope))],
            condition.Chance);
    }

    private static ValueTest Compile(string name, string text, ValueScope scope)
    {
        // As a header: a text that may be missing.
        var comparisons = Comparison.Parse(text, ComparisonSubject.Header);
        foreach (var need in comparisons.SelectMany(static comparison => comparison.Needs))
        {
            scope.Slot(need);
        }
        var only = comparisons is [var one] ? one : null;
        var constant = only is { Kind: ComparisonKind.Equal, Fixed: { } wanted, IsStructure: false } ? Encoding.UTF8.GetBytes(wanted) : null;
        bool? exists = only is { Kind: ComparisonKind.Exists } ? only.Exists : null;
        return new ValueTest(scope.Slot(name), new ValueCheck(comparisons), constant, exists);
    }
}
