using System.Collections.Immutable;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// What was decided and observed: turns for the brain, the last 64 calls for the record. What the brain was told of a call is a reference to the turn's own text; it is
/// cut for the record of a session that is kept, and costs nothing for any other.
/// </summary>
internal sealed class Transcript
{
    private const int MaxRecords = 64;

    /// <summary>Most characters of the answers of a session that are kept.</summary>
    private const int MostAnswers = 48 * 1024;
    private readonly List<Turn> _turns = [];
    private readonly Queue<(ActionRecord Record, string? Told)> _records = new();

    /// <summary>All turns, oldest first.</summary>
    public IReadOnlyList<Turn> Turns => _turns;

    /// <summary>Calls so far; the next has this number plus one.</summary>
    public int Calls { get; private set; }

    /// <summary>Actions so far.</summary>
    public int Actions { get; private set; }

    public int NextCall() => ++Calls;

    public void Add(Turn turn) => _turns.Add(turn);

    /// <param name="record">The call.</param>
    /// <param name="isAction">Whether it counts as an action.</param>
    /// <param name="told">What the brain is told of it, cleaned; null for nothing.</param>
    public void Add(ActionRecord record, bool isAction, string? told = null)
    {
        Actions += isAction ? 1 : 0;
        if (_records.Count == MaxRecords)
        {
            _records.Dequeue();
        }
        _records.Enqueue((record, told));
    }

    /// <summary>The calls, with what the brain was told of them where that is kept.</summary>
    public ImmutableArray<ActionRecord> Records(bool withAnswers)
    {
        var (records, left) = (ImmutableArray.CreateBuilder<ActionRecord>(_records.Count), MostAnswers);
        foreach (var (record, told) in _records)
        {
            if (!withAnswers || told is null)
            {
                records.Add(record);
                continue;
            }
            var (text, leftOut) = PromptLog.Cut(told, Math.Min(PromptLog.MostMessage, left));
            left -= text!.Length;
            records.Add(record with { Response = new ResponseRecord(text, leftOut) });
        }
        return records.MoveToImmutable();
    }
}
