using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Readiness;

/// <summary>A scenario in which every goal has success conditions.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Oracle"><c>declared</c> or <c>derived</c>.</param>
internal sealed record JudgedScenario(Scenario Scenario, string Oracle);

/// <summary>Checks that every goal can be judged: it has success conditions, and the target has the operations that they name.</summary>
internal static class OracleCheck
{
    private const int MostCandidates = 8;

    /// <summary>Throws <see cref="ApeTestException"/> (exit 2), with the operations that may prove success where a goal declares none.</summary>
    public static JudgedScenario Judge(Scenario scenario, ToolCatalog catalog)
    {
        foreach (var goal in scenario.Goals)
        {
            if (goal.Success.IsEmpty)
            {
                throw new ApeTestException($"goal '{goal.Name}' has no success condition, so that no session could be judged",
                    Candidates(goal, catalog), ExitCodes.Input);
            }
        }
        OracleValidator.Validate(scenario.Goals, catalog);
        return new JudgedScenario(scenario, "declared");
    }

    /// <summary>Operations that change state: only what they did can prove that a session achieved something.</summary>
    public static IEnumerable<OperationSpec> StateChanging(ToolCatalog catalog) => catalog.Operations.Where(operation =>
        operation.Method != HttpMethod.Get && operation.Method != HttpMethod.Head && operation.Method != HttpMethod.Options && operation.Method != HttpMethod.Trace);

    private static string Candidates(GoalSpec goal, ToolCatalog catalog)
    {
        var words = Words(goal.Goal);
        // Those that share words with the goal first, the likeliest last steps first among equals.
        var candidates = StateChanging(catalog).Reverse().OrderByDescending(operation => Shared(operation, words)).Take(MostCandidates).ToList();
        if (candidates.Count == 0)
        {
            return "Say what proves success, for example --success 'GET /path/to/the/result=200'.";
        }
        var lines = candidates.Select(operation => $"  {Expression(operation)}  ({operation.Method} {operation.Path})");
        return "Say which operation proves it, for example --success '" + Expression(candidates[0]) + "'. Candidates:\n" + string.Join('\n', lines);
    }

    private static string Expression(OperationSpec operation) =>
        operation.SuccessStatuses is [var status, ..] ? $"{operation.Name}={status}" : operation.Name;

    private static int Shared(OperationSpec operation, HashSet<string> words) =>
        Words($"{SplitCamel(operation.Name)} {operation.Summary}").Count(words.Contains);

    private static HashSet<string> Words(string text) => text
        .Split([' ', '.', ',', ';', ':', '/', '\'', '"', '(', ')', '{', '}', '_', '-'], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => word.ToLowerInvariant().TrimEnd('s'))
        .Where(word => word.Length > 2)
        .ToHashSet(StringComparer.Ordinal);

    private static string SplitCamel(string name) => string.Concat(name.Select(c => char.IsUpper(c) ? $" {c}" : c.ToString()));
}
