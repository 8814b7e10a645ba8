using System.Collections.Immutable;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Summaries;

/// <summary>The rates of DESIGN 2.</summary>
public static class Rates
{
    /// <summary>Successful stateful sessions: succeeded / (succeeded + failed + stuck). Null when none was judged.</summary>
    public static double? Success(long succeeded, long failed, long stuck) =>
        succeeded + failed + stuck is > 0 and var judged ? (double)succeeded / judged : null;

    /// <summary>agent_error / (started - aborted). Null when there was none.</summary>
    public static double? AgentError(long agentErrors, long started, long aborted) =>
        started - aborted is > 0 and var counted ? (double)agentErrors / counted : null;

    /// <summary>
    /// pass^k: the chance that <paramref name="k"/> sessions of one goal all succeed, estimated without bias by C(c, k) / C(n, k) for
    /// c successes among n judged sessions (Yao et al., tau-bench, 2024), averaged over the goals with n >= k. Null when there is none.
    /// </summary>
    public static double? PassK(IEnumerable<GoalOutcomes> goals, int k)
    {
        var sum = 0.0;
        var count = 0;
        foreach (var goal in goals)
        {
            var judged = goal.Succeeded + goal.Failed + goal.Stuck;
            if (judged < k)
            {
                continue;
            }
            var estimate = 1.0;
            for (var i = 0; i < k; i++)
            {
                estimate *= (double)Math.Max(0, goal.Succeeded - i) / (judged - i);
            }
            sum += estimate;
            count++;
        }
        return count == 0 ? null : sum / count;
    }

    internal static ImmutableSortedDictionary<string, double?> PassK(IReadOnlyCollection<GoalOutcomes> goals) =>
        ImmutableSortedDictionary<string, double?>.Empty
            .Add("1", Round(PassK(goals, 1)))
            .Add("4", Round(PassK(goals, 4)));

    internal static double? Round(double? share) => share is { } value ? Math.Round(value, 4) : null;
}
