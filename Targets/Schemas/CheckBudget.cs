namespace ApeTest.Targets.Schemas;

/// <summary>Bounds what one check costs: alternatives within alternatives grow exponentially, and patterns can be written to take for ever.</summary>
internal sealed class CheckBudget
{
    private const int MaxSteps = 2_000_000;

    /// <summary>Patterns that may run into their time limit before no more are tried.</summary>
    private const int MaxTimeouts = 3;

    private int _steps;

    /// <summary>Patterns that ran into their time limit.</summary>
    public int Timeouts { get; private set; }

    /// <summary>Whether a pattern may be tried.</summary>
    public bool MayMatch => Timeouts < MaxTimeouts;

    /// <summary>Takes one step. False where the check must end.</summary>
    public bool TryStep() => ++_steps <= MaxSteps;

    /// <summary>A pattern ran into its time limit.</summary>
    public void TimedOut() => Timeouts++;
}
