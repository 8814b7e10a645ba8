using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>Operations as a person names them: by the tool's name, or by the operationId as the document has it (<c>tasks.create</c>).</summary>
public static class OracleNames
{
    /// <summary>The goal with the tools' names in its conditions; a name that is unknown stays as it is, for <see cref="OracleValidator"/> to refuse.</summary>
    public static GoalSpec Resolve(GoalSpec goal, ToolCatalog catalog) => goal with
    {
        Success = [.. goal.Success.Select(condition => ConditionTree.Rename(condition, name => Tool(name, catalog)))],
        Failure = [.. goal.Failure.Select(condition => ConditionTree.Rename(condition, name => Tool(name, catalog)))],
    };

    private static string Tool(string name, ToolCatalog catalog) => catalog.Find(name) is not null ? name
        : catalog.Operations.Where(operation => operation.OperationId == name).ToList() is [var only] ? only.Name
        : name;
}
