namespace ApeTest.Targets.Lean;

/// <summary>A pause of a flow; comes from its loop's store and goes back there when its result was taken.</summary>
internal sealed class LoopDelay(TargetLoop loop) : LoopOperation
{
    /// <summary>Its place in the heap; -1 where it is in none.</summary>
    public int Place { get; set; } = -1;

    /// <summary>Starts it.</summary>
    public ValueTask Start() => Begin();

    /// <summary>It is over.</summary>
    public void End() => Complete(null);

    /// <inheritdoc/>
    public override void Abandon(Exception reason)
    {
        loop.Forget(this);
        Complete(reason);
    }

    /// <inheritdoc/>
    protected override void Taken() => loop.Store(this);
}
