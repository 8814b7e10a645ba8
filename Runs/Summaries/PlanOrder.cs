using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Summaries;

/// <summary>Where the journeys' operations and groups stand in the scenario: the order in which a person expects them. Immutable.</summary>
internal sealed class PlanOrder
{
    private readonly Dictionary<string, int> _operations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);

    public PlanOrder(Scenario scenario)
    {
        foreach (var journey in scenario.Journeys)
        {
            // What several journeys have stands where the first has it.
            foreach (var step in journey.Requests())
            {
                _operations.TryAdd(step.Operation(), _operations.Count);
            }
            foreach (var group in journey.Groups())
            {
                _groups.TryAdd(group, _groups.Count);
            }
        }
    }

    /// <summary>Place of an operation; what is no journey's comes behind.</summary>
    public int OfOperation(string name) => _operations.GetValueOrDefault(name, int.MaxValue);

    /// <summary>Place of a group.</summary>
    public int OfGroup(string name) => _groups.GetValueOrDefault(name, int.MaxValue);
}
