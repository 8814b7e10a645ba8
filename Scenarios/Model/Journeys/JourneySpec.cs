using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model.Journeys;

/// <summary>Declared steps with extraction and checks; runs without a model. A session takes one journey or goal by weight.</summary>
public sealed record JourneySpec
{
    /// <summary>Name, used in metrics and summaries as a goal's; goals and journeys have different names. Default <c>journey-{index from 1}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Share of sessions relative to the other journeys and goals. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Pause before each request but the session's first, where the step says nothing. Null: the persona's think time, or none.</summary>
    public ThinkTime? Think { get; init; }

    /// <summary>Longest duration of a session. Null: the scenario's <see cref="SessionSpec.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What a session does, in order. At least one request.</summary>
    public ImmutableArray<StepSpec> Steps { get; init; } = [];

    /// <summary>Done once by each agent before its first session of this journey; what it extracts, and its cookies, are there in all its sessions. Columns are those of the agent's first session. Default none.</summary>
    public ImmutableArray<StepSpec> Setup { get; init; } = [];

    /// <summary>Done once by each agent after its last session. Default none.</summary>
    public ImmutableArray<StepSpec> Teardown { get; init; } = [];

    /// <summary>What must hold beside the steps' own checks, as of a goal; operations are step names. Default none: the checks decide.</summary>
    public ImmutableArray<SuccessCondition> Success { get; init; } = [];

    /// <summary>As of a goal: one that holds makes the session failed. Default none.</summary>
    public ImmutableArray<SuccessCondition> Failure { get; init; } = [];

    /// <summary>Its requests, set-up, branches and loops included, in the order in which they are written.</summary>
    public IEnumerable<StepSpec> Requests() => Requests(Setup).Concat(Requests(Steps)).Concat(Requests(Teardown));

    /// <summary>Names of its groups, in the order in which they are written; one that is there twice is given twice.</summary>
    public IEnumerable<string> Groups() => Groups(Setup).Concat(Groups(Steps)).Concat(Groups(Teardown));

    private static IEnumerable<string> Groups(ImmutableArray<StepSpec> steps) => steps.SelectMany(static step => step switch
    {
        { Group: { } group } => Groups(step.Steps).Prepend(group),
        { If: { } branch } => Groups(branch.Then).Concat(Groups(branch.Else)),
        { Loop: { } loop } => Groups(loop.Steps),
        _ => [],
    });

    private static IEnumerable<StepSpec> Requests(ImmutableArray<StepSpec> steps) => steps.SelectMany(static step => step switch
    {
        { Request: not null } => [step],
        { If: { } branch } => Requests(branch.Then).Concat(Requests(branch.Else)),
        { Loop: { } loop } => Requests(loop.Steps),
        _ => Requests(step.Steps),
    });
}
