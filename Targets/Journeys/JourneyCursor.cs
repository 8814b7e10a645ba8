using System.Collections.Immutable;

namespace ApeTest.Targets.Journeys;

/// <summary>
/// A place in a program. <see cref="Next"/> does what decides (jumps, branches, loops) and gives the next instruction that does something. A mutable
/// struct: keep it in a field.
/// </summary>
/// <param name="journey">The journey.</param>
/// <param name="program">One of its programs.</param>
public struct JourneyCursor(CompiledJourney journey, ImmutableArray<Instruction> program)
{
    /// <summary>Most instructions between two waits; then comes <see cref="InstructionKind.Yield"/>: loops may turn a very long time and send nothing.</summary>
    public const int Most = 1_000;

    private int _at;
    private int _done;

    /// <summary>Something was waited for: others have had their turn.</summary>
    public void Waited() => _done = 0;

    /// <summary>
    /// The next <see cref="InstructionKind.Send"/>, <see cref="InstructionKind.Pause"/>, <see cref="InstructionKind.GroupStart"/>,
    /// <see cref="InstructionKind.GroupEnd"/> or <see cref="InstructionKind.End"/>; <see cref="InstructionKind.LoopNext"/> where a loop has reached its limit,
    /// which fails the session (<c>loop_limit</c>); <see cref="InstructionKind.Yield"/> after <see cref="Most"/> instructions without a wait: let others
    /// have their turn, look whether the session may go on, and ask again.
    /// </summary>
    /// <param name="values">What the session knows.</param>
    /// <param name="status">Status of the session's last answer; 0 for none.</param>
    public Instruction Next(JourneyValues values, int status)
    {
        while (_done++ < Most)
        {
            var instruction = program[_at++];
            switch (instruction.Kind)
            {
                case InstructionKind.Jump:
                    _at = instruction.Target;
                    break;
                case InstructionKind.JumpUnless:
                    _at = values.Holds(journey.Conditions[instruction.Argument], status) ? _at : instruction.Target;
                    break;
                case InstructionKind.LoopStart:
                    values.StartLoop(instruction.Argument);
                    break;
                case InstructionKind.LoopNext:
                    var turn = values.NextTurn(instruction.Argument, status);
                    if (turn is LoopTurn.Limit)
                    {
                        return instruction;
                    }
                    _at = turn is LoopTurn.Turn ? _at : instruction.Target;
                    break;
                case InstructionKind.End:
                    // It may be asked again.
                    _at--;
                    return instruction;
                default:
                    return instruction;
            }
        }
        _done = 0;
        return new Instruction(InstructionKind.Yield);
    }
}
