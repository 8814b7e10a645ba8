using System.Numerics;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// The budgets of runs. Callers name their runs as they like, so their number is bounded: beyond it the run that has been idle longest is forgotten. Every step takes
/// constant time. Not thread-safe: <see cref="Admission"/> holds its lock around it.
/// </summary>
internal sealed partial class RunBudgets
{
    /// <summary>Runs that are remembered.</summary>
    public const int Most = 10_000;

    private readonly Dictionary<string, LinkedListNode<Budget>> _runs = new(StringComparer.Ordinal);
    private readonly LinkedList<Budget> _idle = new(); // the one idle longest first
    private readonly BudgetLimits _limits;
    private readonly BudgetLedger? _ledger;
    private readonly ILogger _logger;
    private readonly int _most;
    private long _forgotten;

    public RunBudgets(BudgetLimits limits, BudgetLedger? ledger, ILogger logger, int most = Most)
    {
        (_limits, _ledger, _logger, _most) = (limits, ledger, logger, most);
        foreach (var entry in ledger?.Entries ?? [])
        {
            if (entry.Owner == BudgetOwner.Run)
            {
                Find(entry.Name);
            }
        }
    }

    /// <summary>Every budget that is remembered.</summary>
    public IEnumerable<Budget> All => _runs.Values.Select(node => node.Value);

    /// <summary>The budget of a run; null when as many runs as are remembered have calls under way.</summary>
    public Budget? Find(string name)
    {
        if (_runs.TryGetValue(name, out var node))
        {
            if (node.List is not null)
            {
                _idle.Remove(node);
                _idle.AddLast(node);
            }

            return node.Value;
        }

        if (_runs.Count >= _most && !ForgetOldest())
        {
            return null;
        }

        var budget = new Budget(BudgetOwner.Run, name, _limits, _ledger?.Entry(BudgetOwner.Run, name));
        _runs.Add(name, _idle.AddLast(budget));
        return budget;
    }

    /// <summary>Keeps a budget from being forgotten while a call is under way.</summary>
    public void Hold(Budget budget)
    {
        var node = _runs[budget.Name];
        if (node.List is not null)
        {
            _idle.Remove(node);
        }
    }

    /// <summary>A call has ended.</summary>
    public void Release(Budget budget)
    {
        if (budget.IsIdle)
        {
            _idle.AddLast(_runs[budget.Name]);
        }
    }

    private bool ForgetOldest()
    {
        if (_idle.First is not { } oldest)
        {
            return false;
        }

        _idle.Remove(oldest);
        _runs.Remove(oldest.Value.Name);
        if (oldest.Value.Mark.Entry is { } entry)
        {
            _ledger!.Forget(entry);
        }

        if (BitOperations.IsPow2(++_forgotten))
        {
            LogForgotten(_most, _forgotten);
        }

        return true;
    }

    [LoggerMessage(EventName = "llm.budgets.runs_forgotten", Level = LogLevel.Warning,
        Message = "budgets of more than {runs} runs: those idle longest are forgotten, {forgotten} so far")]
    private partial void LogForgotten(int runs, long forgotten);
}
