using ApeTest.Runs.Records;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Recording;

/// <summary>
/// Records what the sessions of one block do; drained into a <see cref="SnapshotBatch"/> at each tick. Thread-safe. Never blocks on I/O:
/// session records go through a bounded buffer, and what does not fit is counted as dropped.
/// </summary>
public sealed class BlockRecorder(RunPlan plan, RunBlock block, long epoch, string worker, TimeProvider time)
{
    /// <summary>A session starts, <paramref name="startDelay"/> after it was meant to.</summary>
    public void SessionStarted(string goal, TimeSpan startDelay) => throw new NotSupportedException();

    /// <summary>A session ended. <paramref name="record"/> is kept when it did not succeed or was sampled.</summary>
    public void SessionEnded(SessionRecord record, TimeSpan duration, int actions) => throw new NotSupportedException();

    /// <summary>An action was answered, or failed.</summary>
    public void Action(in ActionSample sample) => throw new NotSupportedException();

    /// <summary>A call was rejected before it was sent (unknown tool, arguments against the schema).</summary>
    public void Rejected(string tool) => throw new NotSupportedException();

    /// <summary>The time between two actions of a session.</summary>
    public void Interval(in IntervalSample sample) => throw new NotSupportedException();

    /// <summary>A model call was answered.</summary>
    public void ModelCall(ModelUse use) => throw new NotSupportedException();

    /// <summary>An error of the model or the harness.</summary>
    public void Error(in ErrorSample sample) => throw new NotSupportedException();

    /// <summary>A recovery: <c>reauth</c>, <c>retry_after</c>, <c>model_backoff</c>.</summary>
    public void Recovery(string kind) => throw new NotSupportedException();

    /// <summary>An iteration that could not start.</summary>
    public void IterationDropped(string reason) => throw new NotSupportedException();

    /// <summary>What happened since the last call.</summary>
    public SnapshotBatch Drain(bool final, GeneratorSample? generator = null) => throw new NotSupportedException($"{plan.Run} {block.Index} {epoch} {worker} {time}");
}
