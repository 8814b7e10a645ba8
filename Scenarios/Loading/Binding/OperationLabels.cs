using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>
/// Checks the operations that thresholds name, of the run and of a search for the breaking point. Where there are goals, the tools of the target count
/// too, which nobody knows before it is asked: then nothing is refused.
/// </summary>
internal static class OperationLabels
{
    private const int MostNames = 12;

    /// <summary>Adds an error for each operation that no step has.</summary>
    public static void Check(ObjectReader root, Scenario scenario)
    {
        if (!scenario.Goals.IsEmpty || scenario.Journeys.IsEmpty)
        {
            return;
        }
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var journey in scenario.Journeys)
        {
            Gather([.. journey.Setup, .. journey.Steps, .. journey.Teardown], names);
        }
        Check(root, root.Take("thresholds"), "thresholds", names);
        Check(root, (root.Take("load") as MappingNode)?["until"], "load.until", names);
    }

    private static void Check(ObjectReader root, Node? thresholds, string path, SortedSet<string> names)
    {
        foreach (var (key, at, node) in (thresholds as MappingNode)?.Entries ?? [])
        {
            if (!node.IsNull && ThresholdMetrics.TryParse(key, out var metric, out _) && metric.Operation is { } operation && !names.Contains(operation))
            {
                root.Context.Errors.Add(at, FieldPath.Append(path, key), $"no step is named {Quote.Text(operation)}", Distances.Closest(operation, names) is { } close
                    ? $"Did you mean `{close}`?"
                    : $"Steps: {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? ", ..." : "")}.");
            }
        }
    }

    private static void Gather(IEnumerable<StepSpec> steps, SortedSet<string> names)
    {
        foreach (var step in steps)
        {
            if (step.Request is not null)
            {
                names.Add(step.Operation());
            }
            Gather(step.Steps, names);
            Gather(step.Loop?.Steps ?? [], names);
            Gather(step.If?.Then ?? [], names);
            Gather(step.If?.Else ?? [], names);
        }
    }
}
