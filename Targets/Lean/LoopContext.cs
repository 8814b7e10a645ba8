namespace ApeTest.Targets.Lean;

/// <summary>Brings a flow that awaited a task of somebody else's back to its loop.</summary>
internal sealed class LoopContext(TargetLoop loop) : SynchronizationContext
{
    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => loop.Enqueue(d, state);

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!loop.IsCurrent)
        {
            throw new NotSupportedException("A loop is not waited for: post the work.");
        }
        d(state);
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
