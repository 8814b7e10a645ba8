using System.Collections.Immutable;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Sessions;

/// <summary>What was decided and observed: turns for the brain, the last 64 calls for the record.</summary>
internal sealed class Transcript
{
    private const int MaxRecords = 64;
    private readonly List<Turn> _turns = [];
    private readonly Queue<ActionRecord> _records = new();

    /// <summary>All turns, oldest first.</summary>
    public IReadOnlyList<Turn> Turns => _turns;

    /// <summary>Calls so far; the next has this number plus one.</summary>
    public int Calls { get; private set; }

    /// <summary>Actions so far.</summary>
    public int Actions { get; private set; }

    public int NextCall() => ++Calls;

    public void Add(Turn turn) => _turns.Add(turn);

    public void Add(ActionRecord record, bool isAction)
    {
        Actions += isAction ? 1 : 0;
        if (_records.Count == MaxRecords)
        {
            _records.Dequeue();
        }
        _records.Enqueue(record);
    }

    public ImmutableArray<ActionRecord> Records() => [.. _records];
}
