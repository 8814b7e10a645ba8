namespace ApeTest.Targets.Lean;

/// <summary>A place in a ring of deadlines (<see cref="DeadlineWheel"/>).</summary>
internal class WheelLink
{
    internal WheelLink? Before { get; set; }

    internal WheelLink? After { get; set; }

    /// <summary>When it expires, as the clock's timestamp.</summary>
    internal long Deadline { get; set; }
}
