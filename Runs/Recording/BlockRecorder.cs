using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Recording;

/// <summary>
/// Records what the sessions of one block do; drained into a <see cref="SnapshotBatch"/> at each tick. Thread-safe: one lock, held for
/// a few hundred nanoseconds. Never blocks on I/O: session records go through a bounded buffer (1,000 records or 8 MB between two
/// drains), and what does not fit is counted as dropped.
/// </summary>
public sealed class BlockRecorder(RunPlan plan, RunBlock block, long epoch, string worker, TimeProvider time)
{
    internal const int MaxRecords = 1000;
    internal const long MaxRecordBytes = 8 << 20;

    private readonly Lock _gate = new();
    private MetricsDelta _metrics = new();
    private readonly ImmutableArray<SessionRecord>.Builder _records = ImmutableArray.CreateBuilder<SessionRecord>();
    private long _recordBytes;
    private long _sequence;
    private int _active;
    private int _peak;

    /// <summary>A session starts, <paramref name="startDelay"/> after it was meant to.</summary>
    public void SessionStarted(string goal, TimeSpan startDelay)
    {
        lock (_gate)
        {
            _peak = Math.Max(_peak, ++_active);
            _metrics.Started++;
            _metrics.Goal(goal);
            _metrics.StartDelay.Record(startDelay);
        }
    }

    /// <summary>A session ended. <paramref name="record"/> is kept when it did not succeed or was sampled.</summary>
    public void SessionEnded(SessionRecord record, TimeSpan duration, int actions)
    {
        var keep = record.Outcome is not SessionOutcome.Succeeded || record.Sampled;
        var bytes = keep ? SizeOf(record) : 0;
        lock (_gate)
        {
            _active--;
            _metrics.Goal(record.Goal).Count(record.Outcome);
            _metrics.SessionDuration.Record(duration);
            _metrics.SessionActions.RecordCount(actions);
            if (!keep)
            {
                return;
            }
            if (_records.Count >= MaxRecords || _recordBytes + bytes > MaxRecordBytes)
            {
                _metrics.RecordsDropped++;
                return;
            }
            _recordBytes += bytes;
            _records.Add(record);
        }
    }

    /// <summary>An action was answered, or failed.</summary>
    public void Action(in ActionSample sample)
    {
        lock (_gate)
        {
            _metrics.Actions.Total++;
            _metrics.Actions.Duration.Record(sample.Duration);
            _metrics.Operation(sample.Operation, sample.Method).Record(sample);
            _metrics.AddSlow(new SlowAction(sample.TraceId, sample.Session, sample.Operation, sample.Duration));
            if (sample.ErrorType is not null)
            {
                _metrics.Actions.Errors++;
                _metrics.AddError(sample.ErrorType, sample.Where ?? "target", 1, [sample.TraceId]);
            }
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
            _metrics.AddError(sample.Type, sample.Where, 1, [sample.TraceId]);
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

    /// <summary>An iteration that could not start.</summary>
    public void IterationDropped(string reason)
    {
        lock (_gate)
        {
            Bounded.Count(_metrics.Dropped, reason);
        }
    }

    /// <summary>What happened since the last call.</summary>
    public SnapshotBatch Drain(bool final, GeneratorSample? generator = null)
    {
        lock (_gate)
        {
            var batch = new SnapshotBatch
            {
                Run = plan.Run,
                Block = block.Index,
                Epoch = epoch,
                Sequence = ++_sequence,
                Worker = worker,
                At = time.GetUtcNow(),
                Final = final,
                ActiveAgents = Math.Max(0, _active),
                PeakAgents = _peak,
                Sessions = _records.DrainToImmutable(),
                Metrics = _metrics,
                Generator = generator,
            };
            _metrics = new MetricsDelta();
            _recordBytes = 0;
            _peak = Math.Max(0, _active);
            return batch;
        }
    }

    // An estimate by the parts that can grow large; serialising each record twice would cost more than the bound is worth.
    private static long SizeOf(SessionRecord record)
    {
        var bytes = 400L + record.Reason.Length;
        foreach (var action in record.Actions)
        {
            bytes += 200 + JsonMarshal.GetRawUtf8Value(action.Args).Length;
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
