namespace ApeTest.Runs.Recording;

/// <summary>
/// How far the sessions of one slot have come, so that whoever takes the block over goes on after the last of them. Sessions of a slot run
/// one after another, so that at most the last one is under way.
/// </summary>
/// <param name="Slot">Slot, from 0.</param>
/// <param name="Next">Number of the slot's next session: those from 0 to <paramref name="Next"/> - 1 have begun. In the closed model also the iterations used up.</param>
/// <param name="Goal">Goal or journey of the slot's last session while that is under way; null once it has ended.</param>
/// <param name="Trace">Its trace; <c>default</c> where none is under way.</param>
/// <param name="Since">A time before its start, at most one batch's interval earlier; null where none is under way.</param>
public readonly record struct SlotProgress(int Slot, int Next, string? Goal = null, TraceKey Trace = default, DateTimeOffset? Since = null)
{
    /// <summary>In the place of a slot: open model, where <see cref="Next"/> is how many arrivals of the block have had their session, or were counted as dropped.</summary>
    public const int Arrivals = -1;

    /// <summary>The later of two reports of one slot: a session begins before it ends.</summary>
    internal static SlotProgress Later(in SlotProgress one, in SlotProgress other) =>
        other.Next > one.Next || (other.Next == one.Next && other.Goal is null) ? other : one;
}
