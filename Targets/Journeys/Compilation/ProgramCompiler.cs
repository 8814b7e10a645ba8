using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Makes flat programs of a journey's steps.</summary>
/// <param name="journey">The journey.</param>
/// <param name="known">Names of values that its steps may use.</param>
/// <param name="table">All values.</param>
/// <param name="compile">Compiles a request.</param>
/// <param name="errors">Takes what is wrong with a step; the others are compiled all the same.</param>
internal sealed class ProgramCompiler(
    JourneySpec journey, IReadOnlySet<string> known, ValueTable table, Func<JourneySpec, StepSpec, ValueScope, CompiledStep> compile, List<ApeTestException> errors)
{
    private readonly ImmutableArray<CompiledStep>.Builder _steps = ImmutableArray.CreateBuilder<CompiledStep>();
    private readonly ImmutableArray<ThinkTime>.Builder _pauses = ImmutableArray.CreateBuilder<ThinkTime>();
    private readonly ImmutableArray<StepTest>.Builder _conditions = ImmutableArray.CreateBuilder<StepTest>();
    private readonly ImmutableArray<LoopTest>.Builder _loops = ImmutableArray.CreateBuilder<LoopTest>();
    private readonly ImmutableArray<string>.Builder _groups = ImmutableArray.CreateBuilder<string>();

    private int _number;

    public CompiledJourney Compile(int index)
    {
        var setup = Program(journey.Setup);
        var program = Program(journey.Steps);
        var teardown = Program(journey.Teardown);
        return new CompiledJourney
        {
            Index = index,
            Name = journey.Name,
            Spec = journey,
            Setup = setup,
            Program = program,
            Teardown = teardown,
            Steps = _steps.ToImmutable(),
            Pauses = _pauses.ToImmutable(),
            Conditions = _conditions.ToImmutable(),
            Loops = _loops.ToImmutable(),
            Groups = _groups.ToImmutable(),
        };
    }

    private ImmutableArray<Instruction> Program(ImmutableArray<StepSpec> steps)
    {
        var program = ImmutableArray.CreateBuilder<Instruction>();
        Add(program, steps);
        program.Add(new Instruction(InstructionKind.End));
        return program.ToImmutable();
    }

    private void Add(ImmutableArray<Instruction>.Builder program, ImmutableArray<StepSpec> steps)
    {
        foreach (var step in steps)
        {
            var number = ++_number;
            var scope = new ValueScope(table, string.Create(CultureInfo.InvariantCulture, $"journey {journey.Name}, step {number}{(step.Name is { } name ? $" ({name})" : "")}"), known);
            try
            {
                Add(program, step, scope);
            }
            catch (ApeTestException error)
            {
                errors.Add(error);
            }
        }
    }

    private void Add(ImmutableArray<Instruction>.Builder program, StepSpec step, ValueScope scope)
    {
        if (step.Request is not null)
        {
            _steps.Add(compile(journey, step, scope));
            program.Add(new Instruction(InstructionKind.Send, _steps.Count - 1));
        }
        else if (step.If is { } branch)
        {
            AddBranch(program, branch, scope);
        }
        else if (step.Loop is { } loop)
        {
            AddLoop(program, loop, scope);
        }
        else if (step.Group is { } group)
        {
            _groups.Add(group);
            var index = _groups.Count - 1;
            program.Add(new Instruction(InstructionKind.GroupStart, index));
            Add(program, step.Steps);
            program.Add(new Instruction(InstructionKind.GroupEnd, index));
        }
        else if (step.Think is { } think)
        {
            _pauses.Add(think);
            program.Add(new Instruction(InstructionKind.Pause, _pauses.Count - 1));
        }
        else
        {
            scope.Fail("says nothing to do", "Give it one of request, if, loop, group and think.");
        }
    }

    private void AddBranch(ImmutableArray<Instruction>.Builder program, BranchSpec branch, ValueScope scope)
    {
        _conditions.Add(ConditionCompiler.Compile(branch.Condition, scope));
        var test = program.Count;
        program.Add(new Instruction(InstructionKind.JumpUnless, _conditions.Count - 1));
        Add(program, branch.Then);
        if (!branch.Else.IsEmpty)
        {
            var jump = program.Count;
            program.Add(new Instruction(InstructionKind.Jump));
            program[test] = program[test] with { Target = program.Count };
            Add(program, branch.Else);
            program[jump] = program[jump] with { Target = program.Count };
        }
        else
        {
            program[test] = program[test] with { Target = program.Count };
        }
    }

    private void AddLoop(ImmutableArray<Instruction>.Builder program, LoopSpec loop, ValueScope scope)
    {
        _loops.Add(new LoopTest(loop.Times ?? 0, loop.While is { } condition ? ConditionCompiler.Compile(condition, scope) : null, loop.Max));
        var index = _loops.Count - 1;
        program.Add(new Instruction(InstructionKind.LoopStart, index));
        var head = program.Count;
        program.Add(new Instruction(InstructionKind.LoopNext, index));
        Add(program, loop.Steps);
        program.Add(new Instruction(InstructionKind.Jump, 0, head));
        program[head] = program[head] with { Target = program.Count };
    }
}
