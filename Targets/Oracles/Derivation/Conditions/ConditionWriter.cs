using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Matching;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Conditions;

/// <summary>
/// Writes what proves the steps of one goal: the operation answers its documented status, and an independent read finds what it created.
/// What the goal creates and then deletes must be gone at the end.
/// </summary>
internal sealed class ConditionWriter
{
    private const int NotFound = 404;

    private readonly HashSet<string> _captured = new(StringComparer.Ordinal);
    private readonly Dictionary<OperationSpec, List<string>> _reads = [];

    /// <summary>The conditions of a step.</summary>
    public ImmutableArray<SuccessCondition> Write(GoalStep step)
    {
        var conditions = ImmutableArray.CreateBuilder<SuccessCondition>();
        for (var i = 0; i < step.Times; i++)
        {
            Write(step, conditions);
        }
        return conditions.ToImmutable();
    }

    /// <summary>The condition that an operation answers as documented: one documented success status, else any 2xx.</summary>
    public static SuccessCondition Answers(OperationSpec operation) => new()
    {
        Operation = operation.Name,
        Status = Status(operation),
    };

    private static int? Status(OperationSpec operation) => operation.SuccessStatuses is [var status] ? status : null;

    private void Write(GoalStep step, ImmutableArray<SuccessCondition>.Builder conditions)
    {
        var profile = step.Fit.Profile;
        var operation = profile.Operation;
        var value = FixedValue.Of(step);
        var condition = Answers(operation);
        if (value is { } said && CreatedReads.Body(operation).ContainsKey(said.Property))
        {
            condition = condition with { Json = condition.Json.Add(said.Path, said.Text) };
        }
        if (profile.Read is { } read && (Creates(operation, read) || (value is { } fixedValue && CreatedReads.Body(read.Operation).ContainsKey(fixedValue.Property))))
        {
            var names = read.Ids.ToDictionary(static id => id.Parameter, id => Free(id.Capture), StringComparer.Ordinal);
            conditions.Add(condition with { Capture = condition.Capture.AddRange(read.Ids.Select(id => KeyValuePair.Create(names[id.Parameter], id.JsonPath))) });
            var path = read.Ids.Aggregate(read.Operation.Path, (text, id) => text.Replace($"{{{id.Parameter}}}", $"{{{{{names[id.Parameter]}}}}}", StringComparison.Ordinal));
            var found = new SuccessCondition { Read = $"GET {path}", Status = Status(read.Operation) };
            conditions.Add(value is { } confirmed && CreatedReads.Body(read.Operation).ContainsKey(confirmed.Property) ? found with { Json = found.Json.Add(confirmed.Path, confirmed.Text) } : found);
            if (Creates(operation, read))
            {
                if (!_reads.TryGetValue(read.Operation, out var known))
                {
                    _reads[read.Operation] = known = [];
                }
                known.Add(found.Read);
            }
            return;
        }
        conditions.Add(condition);
        // DELETE /tasks/{id} of what GET /tasks/{id} found: it answers 404 now, where that is documented. Of several, nobody knows which.
        if (operation.Method == HttpMethod.Delete
            && _reads.FirstOrDefault(pair => SamePath(pair.Key.Path, operation.Path)) is { Key: { } gone, Value: [var text] }
            && gone.Responses.Any(static response => response.Status == NotFound))
        {
            conditions.Add(new SuccessCondition { Read = text, Status = NotFound });
        }
    }

    /// <summary>Whether what is read was made by the operation, and not only touched: <c>POST /loans</c>, not <c>POST /loans/{id}/return</c>.</summary>
    private static bool Creates(OperationSpec operation, CreatedRead read) =>
        operation.Method == HttpMethod.Post && !operation.Path.StartsWith(read.Operation.Path, StringComparison.Ordinal)
        && !SamePath(operation.Path.Length > read.Operation.Path.Length ? operation.Path[..operation.Path.LastIndexOf('/')] : "", read.Operation.Path);

    private static bool SamePath(string one, string other) => Shape(one) == Shape(other);

    private static string Shape(string path) => string.Join('/', path.Split('/').Select(static segment => segment.Contains('{', StringComparison.Ordinal) ? "{}" : segment));

    private string Free(string name)
    {
        var free = name;
        for (var number = 2; !_captured.Add(free); number++)
        {
            free = $"{name}{number}";
        }
        return free;
    }
}
