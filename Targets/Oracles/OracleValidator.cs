using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>Checks declared conditions against the target's operations before a run: a condition that can never hold is the user's mistake, not the target's.</summary>
public static class OracleValidator
{
    /// <summary>Throws <see cref="ApeTestException"/> (exit 2) with every error.</summary>
    public static void Validate(IEnumerable<GoalSpec> goals, ToolCatalog catalog)
    {
        var errors = new List<string>();
        foreach (var goal in goals)
        {
            var captured = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < goal.Success.Length; i++)
            {
                Check(goal.Success[i], catalog, captured, message => errors.Add($"goal '{goal.Name}', success[{i}]: {message}"));
            }
        }
        if (errors.Count > 0)
        {
            throw new ApeTestException(string.Join(Environment.NewLine, errors), $"Operations of the target: {Names(catalog)}.", ExitCodes.Input);
        }
    }

    private static void Check(SuccessCondition condition, ToolCatalog catalog, HashSet<string> captured, Action<string> add)
    {
        if ((condition.Operation is null) == (condition.Read is null))
        {
            add("needs either `operation` or `read`");
            return;
        }
        if (condition.Operation is { } operation && !catalog.ActionNames.Contains(operation, StringComparer.Ordinal))
        {
            var nearest = Distances.Closest(operation, catalog.ActionNames);
            add($"unknown operation '{operation}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }
        try
        {
            var compiled = new CompiledCondition(condition);
            foreach (var name in compiled.Needs)
            {
                if (!captured.Contains(name) && !name.Contains('.', StringComparison.Ordinal))
                {
                    add($"'{{{{{name}}}}}' is captured by no condition before it; add `capture: {{ {name}: $.path }}` to one");
                }
            }
            captured.UnionWith(compiled.Captures);
        }
        catch (ApeTestException exception)
        {
            add($"{exception.Message} {exception.Hint}".TrimEnd());
        }
    }

    private static string Names(ToolCatalog catalog)
    {
        var names = catalog.ActionNames.ToList();
        return string.Join(", ", names.Take(40)) + (names.Count > 40 ? $" and {names.Count - 40} more" : "");
    }
}
