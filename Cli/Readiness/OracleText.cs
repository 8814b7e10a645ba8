using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation;

namespace ApeTest.Cli.Readiness;

/// <summary>Oracles in words: what was derived, and what to declare where nothing was.</summary>
internal static class OracleText
{
    private const int MostCandidates = 8;

    /// <summary>What is told before the run: one line for each intent of each goal.</summary>
    public static ImmutableArray<string> Explain(IReadOnlyList<(GoalSpec Goal, OracleDerivation Derivation)> derived, bool several) =>
    [
        "oracle: derived from the goal (declare your own with --success)",
        .. derived.SelectMany(pair => pair.Derivation.Intents.Select(intent =>
            $"  {(several ? $"{pair.Goal.Name}: " : string.Empty)}\"{Short(intent.Phrase)}\" -> {string.Join(", then ", intent.Conditions.Select(Words))}")),
    ];

    /// <summary>Why nothing could be derived, for each goal.</summary>
    public static string Problems(IReadOnlyList<(GoalSpec Goal, OracleDerivation Derivation)> failed) => string.Join('\n', failed.Select(pair =>
        $"goal '{pair.Goal.Name}' declares no success, and none can be derived: "
        + string.Join("; ", pair.Derivation.Problems.Select(static problem => $"\"{Short(problem.Phrase)}\" {problem.Message}"))));

    /// <summary>What to declare instead: an expression ready to paste, then the operations that may be meant.</summary>
    /// <param name="failed">The goals.</param>
    /// <param name="several">Whether the scenario has other goals too: <c>--success</c> would be theirs as well.</param>
    public static string Hint(IReadOnlyList<(GoalSpec Goal, OracleDerivation Derivation)> failed, bool several)
    {
        var lines = new List<string>();
        foreach (var (goal, derivation) in failed)
        {
            var (expression, certain) = Suggestion(derivation);
            var example = certain ? ", for example" : " (OPERATION=STATUS: a candidate below, if it does what you mean):";
            lines.Add(several
                ? $"Say in the scenario what proves '{goal.Name}'{example}  success: {expression}"
                : $"Say what proves it{example} --success '{expression}'");
            foreach (var problem in derivation.Problems.Where(static problem => !problem.Candidates.IsEmpty))
            {
                lines.Add($"Candidates for \"{Short(problem.Phrase)}\":");
                lines.AddRange(problem.Candidates.Take(MostCandidates).Select(static operation => $"  {Expression(operation)}  ({operation.Method} {operation.Path})"));
            }
        }
        return string.Join('\n', lines);
    }

    /// <summary>What was derived, and the only candidate of each problem; among several a guess would be pasted and believed.</summary>
    private static (string Expression, bool Certain) Suggestion(OracleDerivation derivation)
    {
        var open = derivation.Problems.Where(static problem => !problem.Candidates.IsEmpty).ToList();
        var parts = derivation.Intents.Select(static intent => Expression(intent.Operation))
            .Concat(open.Select(static problem => problem.Candidates is [var only] ? Expression(only) : "OPERATION=STATUS"))
            .Distinct().ToList();
        return parts.Count > 0
            ? (string.Join("; ", parts), open.All(static problem => problem.Candidates.Length == 1))
            : ("GET /path/to/the/result=200", true);
    }

    private static string Expression(OperationSpec operation) =>
        operation.SuccessStatuses is [var status] ? string.Create(CultureInfo.InvariantCulture, $"{operation.Name}={status}") : operation.Name;

    // The braces of a value are the condition's business; a person reads a path.
    private static string Words(SuccessCondition condition) =>
        ConditionWords.Of(condition with { Json = condition.Json.Clear() }).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal)
        + (condition.Json.IsEmpty ? string.Empty : $" with {string.Join(", ", condition.Json.Select(static pair => $"{pair.Key} {pair.Value}"))}");

    private static string Short(string phrase)
    {
        var line = phrase.ReplaceLineEndings(" ");
        return line.Length <= 80 ? line : line[..77] + "...";
    }
}
