using System.Runtime.InteropServices;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Reports;

/// <summary>
/// Chooses sessions for a report at bounded memory: of those that did not succeed the first of each reason, so that a frequent one does not hide a rare one, and of
/// those that did the slowest.
/// </summary>
internal sealed class SessionChoice
{
    /// <summary>Most sessions in a report.</summary>
    public const int Most = 500;

    private const int MostSlow = 100;
    private const int MostFailed = Most - MostSlow;
    private const int MostOfReason = 50;
    // Of arguments, answers and evidence: a report is opened in a browser.
    private const long MostBytes = 6 << 20;
    private const long MostSlowBytes = 2 << 20;

    private readonly List<SessionRecord> _failed = [];
    private readonly Dictionary<(SessionOutcome, string), int> _reasons = [];
    private readonly PriorityQueue<SessionRecord, double> _slow = new();
    private long _bytes;
    private long _slowBytes;
    private long _kept;
    private long _left;

    public void Add(SessionRecord session)
    {
        _kept++;
        if (session.Outcome is SessionOutcome.Succeeded)
        {
            AddSlow(session);
            return;
        }
        var key = (session.Outcome, OutcomeReasons.KindOf(session.Reason));
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_reasons, _reasons.Count < MostFailed ? key : default, out _);
        var bytes = SizeOf(session);
        if (_failed.Count >= MostFailed || count >= MostOfReason || _bytes + bytes > MostBytes)
        {
            _left++;
            return;
        }
        count++;
        _bytes += bytes;
        _failed.Add(session);
    }

    public SessionSelection Chosen()
    {
        var slowest = new List<SessionRecord>(_slow.Count);
        while (_slow.TryDequeue(out var session, out _))
        {
            slowest.Add(session);
        }
        slowest.Reverse();
        return new SessionSelection([.. _failed], [.. slowest], _left, _kept);
    }

    private void AddSlow(SessionRecord session)
    {
        if (_slow.Count >= MostSlow && _slow.TryPeek(out _, out var fastest) && session.DurationS <= fastest)
        {
            return;
        }
        _slow.Enqueue(session, session.DurationS);
        _slowBytes += SizeOf(session);
        while (_slow.Count > MostSlow || (_slowBytes > MostSlowBytes && _slow.Count > 1))
        {
            _slowBytes -= SizeOf(_slow.Dequeue());
        }
    }

    private static long SizeOf(SessionRecord session)
    {
        var size = 300L + session.Reason.Length + session.TranscriptLength;
        foreach (var evidence in session.Evidence)
        {
            size += evidence.Condition.Length + evidence.Detail.Length + 40;
        }
        foreach (var action in session.Actions)
        {
            size += 400 + Math.Min(Transcript.MostText, JsonMarshal.GetRawUtf8Value(action.Args).Length) + (action.Request?.Body?.Length ?? 0);
        }
        return size;
    }
}
