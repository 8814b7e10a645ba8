using System.Collections.Frozen;
using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Language;
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

    private static readonly FrozenSet<string> Others = FunctionWords.Set("first last other others another different");

    private readonly HashSet<string> _captured = new(StringComparer.Ordinal);
    private readonly Dictionary<OperationSpec, List<(string Read, Dictionary<string, string> Ids)>> _reads = [];

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

    /// <summary>The condition that an operation answers as documented: one documented success status, else the one documented redirect, else any 2xx.</summary>
    public static SuccessCondition Answers(OperationSpec operation) => new()
    {
        Operation = operation.Name,
        Status = Status(operation),
    };

    private static int? Status(OperationSpec operation) => operation.SuccessStatuses is [var status] ? status
        // A form that answers with a redirect to the page of what it made.
        : operation.SuccessStatuses.IsEmpty && operation.Responses.Where(static response => response.Status is >= 300 and < 400).ToList() is [var redirect] ? redirect.Status
        : null;

    private void Write(GoalStep step, ImmutableArray<SuccessCondition>.Builder conditions)
    {
        var profile = step.Fit.Profile;
        var operation = profile.Operation;
        var value = FixedValue.Of(step);
        var condition = Holding(Answers(operation), value, operation);
        if (profile.Read is { } known && (operation.Method == HttpMethod.Put || operation.Method == HttpMethod.Patch) && Created(step, known) is var (made, ids) && SamePath(operation.Path, known.Operation.Path))
        {
            // "Create a ticket and set its priority to high": the same ticket, not any.
            conditions.Add(condition with { Json = condition.Json.AddRange(known.Ids.Select(id => KeyValuePair.Create(id.JsonPath, $"{{{{{ids[id.Parameter]}}}}}"))) });
            if (value?.PathIn(known.Operation) is not null)
            {
                conditions.Add(Holding(new SuccessCondition { Read = made, Status = Status(known.Operation) }, value, known.Operation));
            }
            return;
        }
        if (profile.Read is { } read && (Creates(operation, read) || value?.PathIn(read.Operation) is not null))
        {
            var names = read.Ids.ToDictionary(static id => id.Parameter, id => Free(id.Capture), StringComparer.Ordinal);
            conditions.Add(condition with { Capture = condition.Capture.AddRange(read.Ids.Select(id => KeyValuePair.Create(names[id.Parameter], id.JsonPath))) });
            var path = read.Ids.Aggregate(read.Operation.Path, (text, id) => text.Replace($"{{{id.Parameter}}}", $"{{{{{names[id.Parameter]}}}}}", StringComparison.Ordinal));
            var found = new SuccessCondition { Read = $"GET {path}", Status = Status(read.Operation) };
            conditions.Add(Holding(found, value, read.Operation));
            if (Creates(operation, read))
            {
                if (!_reads.TryGetValue(read.Operation, out var reads))
                {
                    _reads[read.Operation] = reads = [];
                }
                reads.Add((found.Read, names));
            }
            return;
        }
        conditions.Add(condition);
        // DELETE /tasks/{id} of what GET /tasks/{id} found: it answers 404 now, where that is documented. Of several, nobody knows which.
        if (operation.Method == HttpMethod.Delete
            && _reads.FirstOrDefault(pair => SamePath(pair.Key.Path, operation.Path)) is { Key: { } gone, Value: [var item] }
            && PointsBack(step)
            && gone.Responses.Any(static response => response.Status == NotFound))
        {
            conditions.Add(new SuccessCondition { Read = item.Read, Status = NotFound });
        }
    }

    private static SuccessCondition Holding(SuccessCondition condition, FixedValue? value, OperationSpec operation) =>
        value is { } said && said.PathIn(operation) is { } path ? condition with { Json = condition.Json.Add(path, said.Text) } : condition;

    /// <summary>The read of what the goal created, and the names of its ids, where the step is about that; null where it may be about another.</summary>
    private (string Read, Dictionary<string, string> Ids)? Created(GoalStep step, CreatedRead read) =>
        step.Times == 1 && PointsBack(step) && _reads.GetValueOrDefault(read.Operation) is [var only] ? only : null;

    /// <summary>Whether a step is about what is known already, and nothing tells it from others: <c>it</c>, <c>its priority</c>, <c>the task</c>, not <c>the oldest task</c>.</summary>
    private static bool PointsBack(GoalStep step)
    {
        var phrases = step.Clause.Phrases;
        return !Tokenizer.Read(step.Clause.Phrase).Any(static token => token.Kind is TokenKind.Word && Others.Contains(token.Text))
            && phrases.Objects.Concat(phrases.Adjuncts.Where(static item => item.Preposition is "of").Select(static item => item.Phrase)).All(item => item.IsPronoun && item.Count is null
                || (item is { IsDefinite: true, Literals.IsEmpty: true, Count: null }
                    && item.Nouns.All(noun => step.Fit.Profile.IsOf(noun) || step.Fit.Profile.Fields.Contains(noun) || step.Intent.Nouns.Any(own => step.Fit.Profile.IsOf(own)) && item.Nouns.Length == 1)));
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
