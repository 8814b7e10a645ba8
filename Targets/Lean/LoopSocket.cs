namespace ApeTest.Targets.Lean;

/// <summary>A descriptor that a loop watches.</summary>
internal abstract class LoopSocket
{
    /// <summary>The descriptor.</summary>
    public int Descriptor { get; protected init; }

    /// <summary>What its events are known by; the loop's.</summary>
    internal ulong Token { get; set; }

    /// <summary>Something happened to it: bits of <see cref="Native"/>.</summary>
    public abstract void Ready(uint events);

    /// <summary>Closes it.</summary>
    public abstract void Close();
}
