using System.Collections.Immutable;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>Success conditions that no source of the scenario holds, as nodes of the resolved scenario.</summary>
internal static class DerivedSuccess
{
    /// <summary>Source of a derived value.</summary>
    public const string Source = "derived";

    /// <summary>A copy of the scenario in which goal <paramref name="index"/> has the conditions.</summary>
    public static ResolvedMapping Put(ResolvedMapping root, int index, ImmutableArray<SuccessCondition> conditions)
    {
        var scenario = Copy(root);
        var before = (ResolvedSequence)scenario.Entries.Find(static entry => entry.Key == "goals").Value;
        var goals = new ResolvedSequence(before.Source);
        goals.Items.AddRange(before.Items);
        var goal = Copy((ResolvedMapping)before.Items[index]);
        var success = new ResolvedSequence(Source);
        success.Items.AddRange(conditions.Select(static condition => ResolvedCondition.Of(condition, null, Source)));
        goal.Replace("success", success);
        goals.Items[index] = goal;
        scenario.Replace("goals", goals);
        return scenario;
    }

    private static ResolvedMapping Copy(ResolvedMapping mapping)
    {
        var copy = new ResolvedMapping(mapping.Source);
        copy.Entries.AddRange(mapping.Entries);
        return copy;
    }
}
