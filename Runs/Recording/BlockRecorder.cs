using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ApeTest.Runs.Histograms;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Recording;

/// <summary>
/// Records what the sessions of one block do; drained into a <see cref="SnapshotBatch"/> at each tick. Thread-safe: one lock, held for
/// some tens of nanoseconds. Actions, intervals and sessions that are only counted allocate nothing but the delta's own arrays, once
/// a tick. Never blocks on I/O: session records go through a bounded buffer (1,000 records or 8 MB between two drains), and what does
/// not fit is counted as dropped. Of what models were sent and said at most 256 KB are kept between two drains; the records of sessions beyond that say so.
/// </summary>
public sealed class BlockRecorder
{
    internal const int MaxRecords = 1000;
    internal const long MaxRecordBytes = 8 << 20;
    internal const long MaxTranscriptLength = 256 << 10;

    // Of a block of 50 slots: of a run of a thousand agents there are then ten times as many as a report shows.
    private const int MaxSlow = 5;

    private readonly Lock _gate = new();
    private readonly RunPlan _plan;
    private readonly RunBlock _block;
    private readonly long _epoch;
    private readonly string _worker;
    private readonly TimeProvider _time;
    private readonly NameTable<(string Name, string Method), OperationMetrics> _operations;
    private readonly NameTable<string, GoalOutcomes> _goals;
    private readonly NameTable<string, Histogram> _groups;
    private readonly ImmutableArray<SessionRecord>.Builder _records = ImmutableArray.CreateBuilder<SessionRecord>();
    private readonly LongestTimes _slowSessions = new(MaxSlow);
    private readonly LongestTimes _slowActions = new(MaxSlow);
    private MetricsDelta _metrics = new();
    private long _recordBytes;
    private long _transcriptLength;
    private DateTimeOffset _from;
    private readonly Dictionary<int, SlotProgress> _slots = [];
    private long _sequence;
    private int _active;
    private int _peak;

    /// <param name="plan">The run's plan.</param>
    /// <param name="block">The block.</param>
    /// <param name="epoch">Epoch of the block's lease.</param>
    /// <param name="worker">Worker that runs it.</param>
    /// <param name="time">Clock of the batches' times.</param>
    public BlockRecorder(RunPlan plan, RunBlock block, long epoch, string worker, TimeProvider time)
    {
        (_plan, _block, _epoch, _worker, _time) = (plan, block, epoch, worker, time);
        _from = time.GetUtcNow();
        _operations = new((MetricsDelta.Other, "*"), MetricsDelta.MaxOperations, name => _metrics.Operation(name.Name, name.Method));
        _goals = new(MetricsDelta.Other, MetricsDelta.MaxNames, name => _metrics.Goal(name));
        _groups = new(MetricsDelta.Other, MetricsDelta.MaxNames, name => _metrics.Group(name));
    }

    /// <summary>
    /// The key of an operation, to be asked once where much is recorded. Beyond <see cref="MetricsDelta.MaxOperations"/> names it is that
    /// of <see cref="MetricsDelta.Other"/>.
    /// </summary>
    /// <param name="name">Tool or step.</param>
    /// <param name="method">HTTP method.</param>
    public OperationKey Operation(string name, string method)
    {
        lock (_gate)
        {
            return new OperationKey(_operations.Index((name, method)));
        }
    }

    /// <summary>The key of a goal or journey, to be asked once where many sessions run.</summary>
    public GoalKey Goal(string name)
    {
        lock (_gate)
        {
            return new GoalKey(_goals.Index(name));
        }
    }

    /// <summary>The key of a group of steps, to be asked once where much is recorded. Groups of the same name are one.</summary>
    public GroupKey Group(string name)
    {
        lock (_gate)
        {
            return new GroupKey(_groups.Index(name));
        }
    }

    /// <summary>A session starts, <paramref name="startDelay"/> after it was meant to.</summary>
    /// <param name="goal">Goal or journey.</param>
    /// <param name="startDelay">How much later than meant.</param>
    /// <param name="session">Which session, for whoever takes the block over. Default: not told.</param>
    /// <param name="trace">Its trace.</param>
    public void SessionStarted(string goal, TimeSpan startDelay, SessionKey? session = null, TraceKey trace = default) =>
        SessionStarted(Goal(goal), startDelay, session, trace);

    /// <inheritdoc cref="SessionStarted(string, TimeSpan, SessionKey?, TraceKey)"/>
    public void SessionStarted(GoalKey goal, TimeSpan startDelay, SessionKey? session = null, TraceKey trace = default)
    {
        lock (_gate)
        {
            if (session is { } key)
            {
                _slots[key.Slot] = new SlotProgress(key.Slot, key.Number + 1, _goals.Name(goal.Index), trace, _from);
            }
            _peak = Math.Max(_peak, ++_active);
            _metrics.Started++;
            _goals.Current(goal.Index); // a goal is told of from its first session on, not from its first end
            _metrics.StartDelay.Record(startDelay);
        }
    }

    /// <summary>
    /// Whether a session that succeeded is one of the slowest of the block so far, or did one of its slowest actions: then a report shows it, and its record is worth the making
    /// (<see cref="SessionRecord.Slow"/>). To be asked once a session.
    /// </summary>
    /// <param name="duration">Its duration.</param>
    /// <param name="longestAction">That of the slowest of its actions.</param>
    public bool IsSlow(TimeSpan duration, TimeSpan longestAction)
    {
        var isSlow = _slowSessions.Takes(duration);
        return _slowActions.Takes(longestAction) || isSlow;
    }

    /// <summary>A session ended. <paramref name="record"/> is kept when it did not succeed, was sampled or is slow.</summary>
    public void SessionEnded(SessionRecord record, TimeSpan duration, int actions)
    {
        var keep = record.Outcome is not SessionOutcome.Succeeded || record.Sampled || record.Slow || IsSlow(duration, Longest(record));
        var bytes = keep ? SizeOf(record) : 0;
        var transcript = keep ? record.TranscriptLength : 0;
        lock (_gate)
        {
            Ended(_goals.Index(record.Goal), record.Outcome, duration, actions, SessionKey.TryParse(record.Session, out var session) ? session : null);
            if (!keep)
            {
                return;
            }
            if (_records.Count >= MaxRecords || _recordBytes + bytes > MaxRecordBytes)
            {
                _metrics.RecordsDropped++;
                return;
            }
            if (_transcriptLength + transcript > MaxTranscriptLength)
            {
                (record, transcript) = (record.WithoutTranscript(), 0);
            }
            _transcriptLength += transcript;
            _recordBytes += bytes;
            _records.Add(record);
        }
    }

    /// <summary>A session ended of which no record is kept: it succeeded and was not sampled.</summary>
    /// <param name="goal">Goal or journey.</param>
    /// <param name="outcome">Outcome.</param>
    /// <param name="duration">Its duration.</param>
    /// <param name="actions">Its actions.</param>
    /// <param name="session">Which session, for whoever takes the block over. Default: not told.</param>
    public void SessionEnded(GoalKey goal, SessionOutcome outcome, TimeSpan duration, int actions, SessionKey? session = null)
    {
        lock (_gate)
        {
            Ended(goal.Index, outcome, duration, actions, session);
        }
    }

    /// <summary>An action was answered, or failed.</summary>
    public void Action(in ActionSample sample)
    {
        lock (_gate)
        {
            _operations.Current(sample.Operation.Index).Record(sample);
            _metrics.Actions.Record(sample);
            if (_metrics.IsSlow(sample.Duration))
            {
                _metrics.AddSlow(new SlowAction(sample.TraceId, sample.Session, _operations.Name(sample.Operation.Index).Name, sample.Duration));
            }
            if (sample.ErrorType is not null)
            {
                _metrics.Error(sample.ErrorType, sample.Where ?? "target").Record(sample.TraceId, _operations.Name(sample.Operation.Index).Name, sample.Detail);
            }
        }
    }

    /// <summary>All steps of a group were done, pauses included, and none failed.</summary>
    public void GroupEnded(GroupKey group, TimeSpan duration)
    {
        lock (_gate)
        {
            _groups.Current(group.Index).Record(duration);
        }
    }

    /// <summary>A call was rejected before it was sent (unknown tool, arguments against the schema).</summary>
    public void Rejected(string tool)
    {
        lock (_gate)
        {
            _metrics.Actions.Rejected++;
        }
    }

    /// <summary>The time between two actions of a session.</summary>
    public void Interval(in IntervalSample sample)
    {
        lock (_gate)
        {
            _metrics.Intervals.Record(sample);
        }
    }

    /// <summary>A model call was answered, or failed.</summary>
    public void ModelCall(ModelUse use)
    {
        lock (_gate)
        {
            _metrics.Llm.Record(use);
            if (use.Ttft is { } ttft)
            {
                _metrics.Ttft.Record(ttft);
            }
        }
    }

    /// <summary>An error of the model or the harness.</summary>
    public void Error(in ErrorSample sample)
    {
        lock (_gate)
        {
            _metrics.Error(sample.Type, sample.Where).Record(sample.TraceId, sample.Operation, sample.Detail);
        }
    }

    /// <summary>A recovery: <c>reauth</c>, <c>retry_after</c>, <c>model_backoff</c>.</summary>
    public void Recovery(string kind)
    {
        lock (_gate)
        {
            Bounded.Count(_metrics.Recoveries, kind);
        }
    }

    /// <summary>Something that the run depends on was edited while it went on: <c>gateway: configuration 1 became 2</c>.</summary>
    public void Edited(string what)
    {
        lock (_gate)
        {
            Bounded.Count(_metrics.Edits, what);
        }
    }

    /// <summary>Iterations that could not start.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many; 0 records nothing. Default 1.</param>
    public void IterationDropped(string reason, long count = 1)
    {
        if (count == 0)
        {
            return;
        }
        lock (_gate)
        {
            Bounded.Count(_metrics.Dropped, reason, count);
        }
    }

    /// <summary>Open model: so many arrivals of the block, from its first on, have had their session or were counted as dropped.</summary>
    public void ArrivalsDone(int count)
    {
        lock (_gate)
        {
            _slots[SlotProgress.Arrivals] = new SlotProgress(SlotProgress.Arrivals, count);
        }
    }

    /// <summary>What happened since the last call.</summary>
    /// <param name="final">Whether the block has ended.</param>
    /// <param name="generator">The worker's own resource use, in one of its batches.</param>
    /// <param name="released">Whether the block is given back, for others to go on with.</param>
    public SnapshotBatch Drain(bool final, GeneratorSample? generator = null, bool released = false)
    {
        lock (_gate)
        {
            var batch = new SnapshotBatch
            {
                Run = _plan.Run,
                Block = _block.Index,
                Epoch = _epoch,
                Sequence = ++_sequence,
                Worker = _worker,
                From = _from,
                At = _time.GetUtcNow(),
                Final = final,
                Released = released,
                ActiveAgents = Math.Max(0, _active),
                PeakAgents = _peak,
                Sessions = _records.DrainToImmutable(),
                Progress = [.. _slots.Values],
                Metrics = _metrics,
                Generator = generator,
            };
            _from = batch.At;
            _metrics = new MetricsDelta();
            _operations.Reset();
            _goals.Reset();
            _groups.Reset();
            _slots.Clear();
            (_recordBytes, _transcriptLength) = (0, 0);
            _peak = Math.Max(0, _active);
            return batch;
        }
    }

    private void Ended(int goal, SessionOutcome outcome, TimeSpan duration, int actions, SessionKey? session)
    {
        if (session is { } key)
        {
            _slots[key.Slot] = new SlotProgress(key.Slot, key.Number + 1);
        }
        _active--;
        _goals.Current(goal).Count(outcome);
        _metrics.SessionDuration.Record(duration);
        _metrics.SessionActions.RecordCount(actions);
    }

    private static TimeSpan Longest(SessionRecord record)
    {
        var longest = 0.0;
        foreach (var action in record.Actions)
        {
            longest = Math.Max(longest, action.Parts is { } parts ? parts.Gateway + parts.Target : 0);
        }
        return TimeSpan.FromSeconds(longest);
    }

    // An estimate by the parts that can grow large; serialising each record twice would cost more than the bound is worth.
    private static long SizeOf(SessionRecord record)
    {
        var bytes = 400L + record.Reason.Length;
        foreach (var action in record.Actions)
        {
            bytes += 200 + JsonMarshal.GetRawUtf8Value(action.Args).Length + (action.Request is { } request ? request.Url.Length + (request.Body?.Length ?? 0) : 0);
            foreach (var (name, value) in action.Extracted)
            {
                bytes += name.Length + value.Length;
            }
            foreach (var (path, source) in action.Provenance)
            {
                bytes += path.Length + source.Length;
            }
        }
        foreach (var evidence in record.Evidence)
        {
            bytes += 40 + evidence.Condition.Length + evidence.Detail.Length;
        }
        return bytes;
    }
}
