using System.Collections.Immutable;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Compiles all journeys of a scenario; collects what is wrong with each step.</summary>
internal sealed class PlanCompiler
{
    private readonly Scenario _scenario;
    private readonly Func<string, Uri, string, RawRoute> _route;
    private readonly TimeProvider _time;
    private readonly ValueTable _table;
    private readonly List<CompiledStep> _steps = [];
    private readonly List<ApeTestException> _errors = [];

    public PlanCompiler(Scenario scenario, Func<string, Uri, string, RawRoute> route, TimeProvider time)
    {
        (_scenario, _route, _time) = (scenario, route, time);
        _table = new ValueTable(scenario);
    }

    public JourneyPlan Compile()
    {
        var data = _table.Slots.Select(static slot => slot.Name).ToHashSet(StringComparer.Ordinal);

        // 1. What is extracted, before any text that names it: a later step may be written before an earlier one (loops).
        var setupNames = Names(_scenario.Setup).ToList();
        var journeys = _scenario.Journeys.Select(journey => (Spec: journey, Names: Names(journey.Setup).Concat(Names(journey.Steps)).Concat(Names(journey.Teardown)).ToList())).ToList();
        var teardownNames = Names(_scenario.Teardown).ToList();

        // 2. Steps.
        var run = data.Concat(setupNames).ToHashSet(StringComparer.Ordinal);
        var compiled = journeys.Select((each, index) => Compile(each.Spec, index, run.Concat(each.Names).ToHashSet(StringComparer.Ordinal))).ToImmutableArray();
        var setup = OfRun("setup", _scenario.Setup, compiled.Length, run);
        var teardown = OfRun("teardown", _scenario.Teardown, compiled.Length + 1, run.Concat(teardownNames).ToHashSet(StringComparer.Ordinal));
        if (_errors.Count > 0)
        {
            throw _errors is [var only] ? only : new ApeTestException(
                string.Join('\n', _errors.Select(static error => error.Message)),
                string.Join('\n', _errors.Select(static error => error.Hint).OfType<string>().Distinct()), ExitCodes.Input);
        }

        // 3. Numbers of sequences.
        CompiledInputs.Of(_scenario).Share(_table.Generators);
        var usedFeeds = _table.Slots.Where(static slot => slot is { Kind: ValueSlotKind.Cell, IsUsed: true }).Select(static slot => slot.Feed).Distinct().Order();
        return new JourneyPlan(_table, [.. usedFeeds], _scenario.Agents, _time)
        {
            Journeys = compiled,
            Setup = setup,
            Teardown = teardown,
            Steps = [.. _steps],
        };
    }

    private CompiledJourney? OfRun(string name, ImmutableArray<StepSpec> steps, int index, IReadOnlySet<string> known) =>
        steps.IsEmpty ? null : Compile(new JourneySpec { Name = name, Steps = steps }, index, known);

    private CompiledJourney Compile(JourneySpec journey, int index, IReadOnlySet<string> known) =>
        new ProgramCompiler(journey, known, _table, CompileStep, _errors).Compile(index);

    private CompiledStep CompileStep(JourneySpec journey, StepSpec step, ValueScope scope)
    {
        var compiled = new StepCompiler(_scenario.Target, journey, scope, _table).Compile(step, _steps.Count, _route);
        _steps.Add(compiled);
        return compiled;
    }

    /// <summary>Names that steps extract, which get their places.</summary>
    private IEnumerable<string> Names(ImmutableArray<StepSpec> steps) => new JourneySpec { Name = "", Steps = steps }.Requests()
        .SelectMany(static step => step.Request!.Extract.Keys).Select(name => _table.Extracted(name).Name);
}
