using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>
/// Checks declared conditions against the target's operations before a run: a condition that can never hold, and a success that nothing of the
/// target needs to prove, are the user's mistakes, not the target's.
/// </summary>
public static class OracleValidator
{
    /// <summary>Throws <see cref="ApeTestException"/> (exit 2) with every error.</summary>
    public static void Validate(IEnumerable<GoalSpec> goals, ToolCatalog catalog)
    {
        var errors = new List<string>();
        foreach (var goal in goals)
        {
            var captured = new HashSet<string>(StringComparer.Ordinal);
            ConditionTree.Visit(goal.Success, "success", captured, Check);
            if (!goal.Success.IsEmpty && !goal.Success.Any(ConditionTree.IsEvidence))
            {
                errors.Add($"goal '{goal.Name}', success: rests on no answer of the target: a session's variables are written by the model, and `not` over an operation holds where nothing was done; "
                    + "add an `operation` or a `read` that must hold (in every alternative of `any`)");
            }
            for (var i = 0; i < goal.Failure.Length; i++)
            {
                var path = $"failure[{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}]";
                ConditionTree.Visit(goal.Failure[i], path, new HashSet<string>(captured, StringComparer.Ordinal), Check);
                if (!ConditionTree.IsEvidence(goal.Failure[i]))
                {
                    errors.Add($"goal '{goal.Name}', {path}: rests on no answer of the target, so it cannot prove that the target failed; name an `operation` or a `read` (in every alternative of `any`)");
                }
            }

            void Check(SuccessCondition condition, string path, IReadOnlySet<string> known) =>
                OracleValidator.Check(condition, catalog, known, (field, message) => errors.Add($"goal '{goal.Name}', {path}{(field.Length == 0 ? "" : $".{field}")}: {message}"));
        }
        if (errors.Count > 0)
        {
            throw new ApeTestException(string.Join(Environment.NewLine, errors), $"Operations of the target: {Names(catalog)}.", ExitCodes.Input);
        }
    }

    private static void Check(SuccessCondition condition, ToolCatalog catalog, IReadOnlySet<string> captured, Action<string, string> add)
    {
        var kinds = new[] { condition.Operation is not null, condition.Read is not null, !condition.Captured.IsEmpty, !condition.State.IsEmpty, !condition.All.IsEmpty, !condition.Any.IsEmpty, condition.Not is not null };
        if (kinds.Count(static isSet => isSet) != 1)
        {
            add("", "needs one of `operation`, `read`, `captured`, `state`, `all`, `any` and `not`");
            return;
        }
        if (condition.Operation is { } operation && !catalog.ActionNames.Contains(operation, StringComparer.Ordinal))
        {
            var nearest = Distances.Closest(operation, catalog.ActionNames);
            add("", $"unknown operation '{operation}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }
        foreach (var (field, read) in Texts(condition))
        {
            Try(field, read);
        }
        Try("", () =>
        {
            foreach (var (field, names, _) in ConditionNeeds.Of(condition))
            {
                foreach (var name in names.Where(name => !captured.Contains(name) && !name.Contains('.', StringComparison.Ordinal)))
                {
                    add(field, $"'{{{{{name}}}}}' is captured by no condition before it; add `capture: {{ {name}: $.path }}` to one");
                }
            }
        });
        foreach (var name in condition.Captured.Keys.Where(name => !captured.Contains(name)))
        {
            add($"captured.{name}", $"'{name}' is captured by no condition before it; add `capture: {{ {name}: $.path }}` to one");
        }

        void Try(string field, Action read)
        {
            try
            {
                read();
            }
            catch (ApeTestException exception)
            {
                add(field, $"{exception.Message} {exception.Hint}".TrimEnd());
            }
        }
    }

    /// <summary>What is read once, field by field, so that each mistake names its own; comparisons are read with what they need.</summary>
    private static IEnumerable<(string Field, Action Read)> Texts(SuccessCondition condition)
    {
        yield return ("status", () => StatusSet.Of(condition));
        foreach (var path in condition.Json.Keys)
        {
            yield return ($"json.{path}", () => JsonPath.Parse(path));
        }
        foreach (var (name, source) in condition.Capture)
        {
            yield return ($"capture.{name}", () =>
            {
                if (CaptureSource.Parse(source).JsonPath is { } path)
                {
                    JsonPath.Parse(path);
                }
            });
        }
        if (condition.Regex is { } regex)
        {
            yield return ("regex", () =>
            {
                if (!SafeRegex.TryParse(regex, out _, out var error))
                {
                    throw new ApeTestException(error.Message!, error.Suggestion, ExitCodes.Input);
                }
            });
        }
    }

    private static string Names(ToolCatalog catalog)
    {
        var names = catalog.ActionNames.ToList();
        return string.Join(", ", names.Take(40)) + (names.Count > 40 ? $" and {names.Count - 40} more" : "");
    }
}
