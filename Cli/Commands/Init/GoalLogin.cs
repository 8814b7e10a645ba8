using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ApeTest.Cli.Commands.Init.Survey;

namespace ApeTest.Cli.Commands.Init;

/// <summary>Makes a goal log in with the rows of <c>users.csv</c>, so that each session has a user of its own and no password stands in the scenario.</summary>
internal static partial class GoalLogin
{
    /// <summary>The goal with the login's columns in it: as it is where it names some, in place of the values that it names, after its own "log in", else in front of it.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="login">The target's login.</param>
    /// <param name="values">Values of its fields.</param>
    public static string Into(string goal, LoginForm login, ImmutableArray<string> values)
    {
        if (goal.Contains("{{user.", StringComparison.Ordinal))
        {
            return goal;
        }
        var filled = goal;
        for (var at = 0; at < values.Length; at++)
        {
            // Whole words only: the user `an` is no part of "and".
            filled = Regex.Replace(filled, $@"(?<![\w]){Regex.Escape(values[at])}(?![\w])", $"{{{{user.{login.Fields[at].Column}}}}}".Replace("$", "$$", StringComparison.Ordinal));
        }
        return filled != goal ? filled
            : LogsIn().IsMatch(goal) ? LogsIn().Replace(goal, Escaped(login.Words), 1)
            : $"{login.Words}, then {(goal.Length > 1 && char.IsLower(goal[1]) ? char.ToLowerInvariant(goal[0]) + goal[1..] : goal)}";
    }

    private static string Escaped(string replacement) => replacement.Replace("$", "$$", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(log|sign) ?in\b(?! (as|with))", RegexOptions.IgnoreCase)]
    private static partial Regex LogsIn();
}
