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
    private int _at;

    /// <summary>
    /// The next <see cref="InstructionKind.Send"/>, <see cref="InstructionKind.Pause"/>, <see cref="InstructionKind.GroupStart"/>,
    /// <see cref="InstructionKind.GroupEnd"/> or <see cref="InstructionKind.End"/>; <see cref="InstructionKind.LoopNext"/> where a loop has reached its limit,
    /// which fails the session (<c>loop_limit</c>).
    /// </summary>
    /// <param name="values">What the session knows.</param>
    /// <param name="status">Status of the session's last answer; 0 for none.</param>
    public Instruction Next(JourneyValues values, int status)
    {
        while (true)
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
    }
}
