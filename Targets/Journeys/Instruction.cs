namespace ApeTest.Targets.Journeys;

/// <summary>One step of a journey's flat program.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Argument">Index of what it is done with; see <see cref="InstructionKind"/>. 0 where there is nothing.</param>
/// <param name="Target">Where to go on, for kinds that jump; 0 for others.</param>
public readonly record struct Instruction(InstructionKind Kind, int Argument = 0, int Target = 0);

/// <summary>Kinds of instructions. Unless one jumps, the next follows.</summary>
public enum InstructionKind
{
    /// <summary>The program is done.</summary>
    End,

    /// <summary>Send the request of step <c>Argument</c> (<see cref="CompiledJourney.Steps"/>).</summary>
    Send,

    /// <summary>Pause as <c>Argument</c> says (<see cref="CompiledJourney.Pauses"/>).</summary>
    Pause,

    /// <summary>Go on at <c>Target</c>.</summary>
    Jump,

    /// <summary>Go on at <c>Target</c> where condition <c>Argument</c> (<see cref="CompiledJourney.Conditions"/>) does not hold.</summary>
    JumpUnless,

    /// <summary>Loop <c>Argument</c> (<see cref="CompiledJourney.Loops"/>) begins: its turns are counted from 0.</summary>
    LoopStart,

    /// <summary>Another turn of loop <c>Argument</c> follows, or the loop is over: go on at <c>Target</c>; or its limit is reached (<see cref="LoopTurn.Limit"/>).</summary>
    LoopNext,

    /// <summary>Group <c>Argument</c> (<see cref="CompiledJourney.Groups"/>) begins.</summary>
    GroupStart,

    /// <summary>Group <c>Argument</c> ends.</summary>
    GroupEnd,

    /// <summary>Of no program: a cursor gives it where much was decided and nothing waited for (<see cref="JourneyCursor.Most"/>).</summary>
    Yield,
}
