using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles;

/// <summary>How far one session has come with its conditions: which answers met which, which reads are due.</summary>
internal sealed class OracleProgress(int count, ScopedValues values, Func<string, string> show)
{
    private readonly ConditionProgress[] _conditions = new ConditionProgress[count];

    /// <summary>What is known of a condition.</summary>
    public ref ConditionProgress Of(CompiledCondition condition) => ref _conditions[condition.Index];

    /// <summary>Offers an answer to conditions in their order; true where one that waited for it was met.</summary>
    public bool Offer(ImmutableArray<CompiledCondition> conditions, in OperationAnswer answer, ConditionTurn turn)
    {
        var taken = false;
        foreach (var condition in conditions)
        {
            var waited = WaitsForOperation(condition);
            if (Offer(condition, in answer, turn) && waited)
            {
                taken = true;
                turn = turn with { IsTaken = true };
            }
            else if (waited && turn.IsDue)
            {
                turn = turn with { Before = condition };
            }
        }
        return taken;
    }

    /// <summary>Offers an answer to one condition. Alternatives each see it; what <c>not</c> excludes sees all of the session.</summary>
    public bool Offer(CompiledCondition condition, in OperationAnswer answer, ConditionTurn turn)
    {
        switch (condition.Kind)
        {
            case ConditionKind.Operation:
                return condition.Operation == answer.Operation && !Of(condition).IsSettled && !turn.IsTaken && Meets(condition, in answer, turn.Before);
            case ConditionKind.All:
                return Offer(condition.Children, in answer, turn);
            case ConditionKind.Any:
                var taken = false;
                foreach (var alternative in condition.Children)
                {
                    taken |= Offer(alternative, in answer, turn);
                }
                Publish(condition);
                return taken;
            case ConditionKind.Not:
                Offer(condition.Children[0], in answer, default);
                return false;
            default:
                return false;
        }
    }

    /// <summary>Whether a condition holds back those behind it until an operation has answered; reads never do.</summary>
    public bool WaitsForOperation(CompiledCondition condition) => condition.Kind switch
    {
        ConditionKind.Operation => !Of(condition).IsSettled,
        ConditionKind.All => condition.Children.Any(WaitsForOperation),
        ConditionKind.Any => condition.Children.All(WaitsForOperation),
        _ => false,
    };

    /// <summary>The first read that is due and not in <paramref name="tried"/>: what stands before it is settled.</summary>
    public CompiledCondition? NextRead(ImmutableArray<CompiledCondition> conditions, HashSet<CompiledCondition>? tried)
    {
        foreach (var condition in conditions)
        {
            if (NextRead(condition, tried) is { } read)
            {
                return read;
            }
            if (IsOpen(condition))
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>Takes in what a read found, to stand where it settles the condition.</summary>
    public void Answered(CompiledCondition read, in Finding finding)
    {
        ref var progress = ref Of(read);
        if (finding.Truth is Truth.Proven && !read.IsNegated)
        {
            (progress.IsSettled, progress.Detail) = (true, finding.Detail);
        }
        else
        {
            // Below `not` too: what is not so yet may be so at the end.
            progress.Earlier = finding;
        }
    }

    /// <summary>Makes known what a complete alternative captured, for each <c>any</c> that has none yet.</summary>
    public void PublishAlternatives(ImmutableArray<CompiledCondition> conditions)
    {
        foreach (var condition in conditions)
        {
            PublishAlternatives(condition.Children);
            if (condition.Kind is ConditionKind.Any)
            {
                Publish(condition);
            }
        }
    }

    /// <summary>Makes known what an alternative captured, where none of its <c>any</c> was before it.</summary>
    public void Publish(CompiledCondition any, CompiledCondition alternative)
    {
        if (!Of(any).IsSettled)
        {
            Of(any).IsSettled = true;
            values.Publish(alternative.Scope);
        }
    }

    /// <summary>Whether a condition holds by what is known already, whatever comes. State may change, and absence shows at the end.</summary>
    public bool IsProven(CompiledCondition condition) => condition.Kind switch
    {
        ConditionKind.Operation => Of(condition).IsSettled,
        ConditionKind.Read => Of(condition).IsSettled,
        ConditionKind.Captured => Captured(condition).Truth is Truth.Proven,
        ConditionKind.All => condition.Children.All(IsProven),
        ConditionKind.Any => condition.Children.Any(IsProven),
        _ => false,
    };

    /// <summary>What was seen of a condition that is proven.</summary>
    public string Told(CompiledCondition condition) => condition.Kind switch
    {
        ConditionKind.All => string.Join("; ", condition.Children.Select(Told)),
        ConditionKind.Any => Told(condition.Children.First(IsProven)),
        ConditionKind.Captured => Captured(condition).Detail,
        _ => Of(condition).Detail ?? "",
    };

    /// <summary>Compares captured values.</summary>
    public Finding Captured(CompiledCondition condition)
    {
        var known = values.In(condition.Scope);
        return Compare(condition, name => known(name) is { } value ? SeenValue.Of(value) : null);
    }

    /// <summary>Compares values by name; <paramref name="find"/> gives null for one that nothing can be said of.</summary>
    public Finding Compare(CompiledCondition condition, Func<string, SeenValue?> find)
    {
        var known = values.In(condition.Scope);
        var told = new List<string>(condition.Values.Length);
        foreach (var (name, check) in condition.Values)
        {
            foreach (var need in check.Needs)
            {
                if (known(need) is null)
                {
                    return new Finding(Truth.Unknown, $"'{need}' was not captured");
                }
            }
            if (find(name) is not { } value)
            {
                return new Finding(Truth.Unknown, $"'{name}' was not captured");
            }
            if (check.Judge(in value, known, out var expected) is var truth and not Truth.Proven)
            {
                return new Finding(truth, $"{name} is {show(value.ToString())}, expected {show(expected)}");
            }
            told.Add($"{name} is {show(value.ToString())}");
        }
        return new Finding(Truth.Proven, string.Join(", ", told));
    }

    private bool Meets(CompiledCondition condition, in OperationAnswer answer, CompiledCondition? before)
    {
        ref var progress = ref Of(condition);
        var exchange = answer.Exchange;
        var status = Redirection.Told(in exchange, show);
        if (answer is { LedBy: { } ledBy, Exchange.Url: { } url })
        {
            status = $"{Redirection.Told(in ledBy, show)}, then {status} at {show(Redirection.Place(url, ledBy.Url))}";
        }
        var (truth, detail) = (Truth.Refuted, "");
        if (IsAnswer(in exchange) && condition.Status.Contains(exchange.Status) && (exchange.ErrorType is null || condition.Answer.LooksAtBody))
        {
            if (before is not null)
            {
                detail = $"but before \"{before.Text}\" (conditions hold in the order declared)";
            }
            else
            {
                // A documented operation answers for itself; what a page or a plain verb leads to counts where somebody declared its status.
                var isLed = answer.LedBy is not null && (condition.Status == StatusSet.Ok || !ToolCatalog.LeadsElsewhere(condition.Operation!));
                var isError = exchange.ErrorType is not null && !condition.Answer.LooksAtErrors;
                var counts = !isLed && !isError;
                truth = condition.Answer.Judge(in exchange, values.In(condition.Scope),
                    (name, value) => values.Keep(counts ? condition.Scope : ScopedValues.Nowhere, name, value), show, out detail);
                if (truth is Truth.Proven && !counts)
                {
                    (truth, detail) = (Truth.Unknown, isLed ? "which is no answer of its own (declare the 3xx)" : "which counts only for a condition on `$.errors`");
                }
            }
        }
        else if (exchange.ErrorType is TargetErrors.Timeout or TargetErrors.Reset or TargetErrors.Protocol or TargetErrors.Gateway)
        {
            // It was sent, and nobody knows what became of it.
            truth = Truth.Unknown;
        }
        if (truth is Truth.Proven)
        {
            (progress.IsSettled, progress.Detail) = (true, Told(answer.Action, status, detail));
            return true;
        }
        progress.LastSeen = Told(answer.Action, status, detail);
        if (truth is Truth.Unknown)
        {
            progress.LastUnknown = progress.LastSeen;
        }
        return false;
    }

    /// <summary>Whether the target answered; GraphQL's errors are answers too.</summary>
    private static bool IsAnswer(in TargetExchange exchange) => exchange.ErrorType is null or TargetErrors.GraphQl or TargetErrors.GraphQlUnauthenticated;

    private static string Told(int action, string status, string detail) =>
        string.Create(CultureInfo.InvariantCulture, $"action {action}: {status}{(detail.Length == 0 ? "" : ", ")}{detail}");

    private CompiledCondition? NextRead(CompiledCondition condition, HashSet<CompiledCondition>? tried)
    {
        switch (condition.Kind)
        {
            case ConditionKind.Read:
                return Of(condition).IsSettled || tried?.Contains(condition) is true || (condition.IsNegated && Of(condition).Earlier is { Truth: Truth.Refuted }) ? null : condition;
            case ConditionKind.All:
                return NextRead(condition.Children, tried);
            case ConditionKind.Not:
                return NextRead(condition.Children[0], tried);
            case ConditionKind.Any when IsOpen(condition):
                foreach (var alternative in condition.Children)
                {
                    if (NextRead(alternative, tried) is { } read)
                    {
                        return read;
                    }
                }
                return null;
            default:
                return null;
        }
    }

    /// <summary>Whether an operation or a read is still to come; what is captured, state and absence are judged at the end.</summary>
    private bool IsOpen(CompiledCondition condition) => condition.Kind switch
    {
        ConditionKind.Operation or ConditionKind.Read => !Of(condition).IsSettled,
        ConditionKind.All => condition.Children.Any(IsOpen),
        ConditionKind.Any => condition.Children.All(IsOpen),
        _ => false,
    };

    /// <summary>Whether nothing is missing for it now; state and absence may still change that at the end.</summary>
    private bool IsComplete(CompiledCondition condition) => condition.Kind switch
    {
        ConditionKind.Operation or ConditionKind.Read => Of(condition).IsSettled,
        ConditionKind.Captured => Captured(condition).Truth is Truth.Proven,
        ConditionKind.All => condition.Children.All(IsComplete),
        ConditionKind.Any => condition.Children.Any(IsComplete),
        _ => true,
    };

    private void Publish(CompiledCondition any)
    {
        foreach (var alternative in any.Children)
        {
            if (IsComplete(alternative))
            {
                Publish(any, alternative);
                return;
            }
        }
    }
}
