using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>What is written in a scenario with journeys and has no effect there: not wrong, but surely not what was meant.</summary>
internal static class JourneyNotes
{
    private static readonly ImmutableArray<(string Field, string Why)> OfSessions =
    [
        ("maxSteps", "a journey ends with its last step"),
        ("maxTokens", "journeys ask no model"),
        ("maxCostUsd", "journeys ask no model"),
    ];

    /// <summary>Adds the notes of a scenario that was bound.</summary>
    public static void Add(ObjectReader root, Scenario scenario)
    {
        foreach (var journey in scenario.Journeys)
        {
            Think(root, scenario, journey);
        }
        if (scenario.Goals.IsEmpty && !scenario.Journeys.IsEmpty)
        {
            WithoutGoals(root, scenario.Target);
        }
    }

    private static void Think(ObjectReader root, Scenario scenario, JourneySpec journey)
    {
        if (journey.Steps is [{ Request: not null, Think.Mean: var own } first, ..] && own > TimeSpan.Zero)
        {
            root.Context.Notes.Add($"warning: journey `{journey.Name}`: the think time of its first step `{first.Operation()}` has no effect: a session's first request goes out at once. "
                + $"For a pause, write `- think: {Durations.Format(first.Think!.Value)}` before it.");
        }
        var think = journey.Think ?? scenario.Personas.Select(static persona => persona.Think).FirstOrDefault(static think => think != ThinkTime.None);
        if (scenario.Load.Rate is null && think != ThinkTime.None && Requests(journey.Steps) == 1 && !Pauses(journey.Steps))
        {
            root.Context.Notes.Add($"warning: journey `{journey.Name}` has one request and never thinks: its agents send one after another without a pause, "
                + $"since think time is between the requests of a session. For a pause, write `- think: {Durations.Format(think)}` behind it, or give the load as a `rate`.");
        }
    }

    // A loop may do a request again. More than one is one too many: so no product of nested turns overflows.
    private static int Requests(ImmutableArray<StepSpec> steps) => steps.Sum(static step => step switch
    {
        { Request: not null } => 1,
        { If: { } branch } => Math.Max(Requests(branch.Then), Requests(branch.Else)),
        { Loop: { } loop } => Math.Min(2, Requests(loop.Steps) * Math.Min(2, loop.Times ?? loop.Max)),
        _ => Requests(step.Steps),
    });

    private static bool Pauses(ImmutableArray<StepSpec> steps) => steps.Any(static step => step switch
    {
        { Request: not null } => false,
        { If: { } branch } => Pauses(branch.Then) || Pauses(branch.Else),
        { Loop: { } loop } => Pauses(loop.Steps),
        { Think: not null } => true,
        _ => Pauses(step.Steps),
    });

    private static void WithoutGoals(ObjectReader root, TargetSpec target)
    {
        const string NoModel = "journeys ask no model, and there are no goals";
        Idle(root.Take("llm"), "llm", NoModel);
        foreach (var (field, why) in OfSessions)
        {
            Idle(Field(root.Take("session"), field), "session." + field, $"{why}, and there are no goals");
        }
        foreach (var persona in (root.Take("personas") as SequenceNode)?.Items ?? [])
        {
            Idle(Field(persona, "prompt"), "personas[].prompt", NoModel);
        }
        foreach (var field in new[] { "openapi", "graphql" })
        {
            Idle(Field(root.Take("target"), field), "target." + field, "journeys name their requests, and there are no goals");
        }
        if (target.Connections is not ConnectionUse.Shared)
        {
            Idle(Field(root.Take("target"), "maxConnections"), "target.maxConnections", "each agent has connections of its own; `connections: shared` has a pool");
        }

        void Idle(Node? node, string field, string why)
        {
            if (node is not null)
            {
                root.Context.Notes.Add($"warning: {node.Origin.Where}: {field} has no effect: {why}.");
            }
        }
    }

    private static Node? Field(Node? parent, string name) => (parent as MappingNode)?[name] is { IsNull: false } node ? node : null;
}
