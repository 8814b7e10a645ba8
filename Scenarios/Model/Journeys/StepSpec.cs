using System.Collections.Immutable;
using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Model.Journeys;

/// <summary>
/// One step. Exactly one of <see cref="Request"/>, <see cref="If"/>, <see cref="Loop"/>, <see cref="Group"/> and a <see cref="Think"/> alone
/// says which kind.
/// </summary>
public sealed record StepSpec
{
    /// <summary>
    /// Name of a request, the operation of metrics and of conditions. Default: the method and the path's template (<c>GET /orders/{id}</c> for
    /// <c>GET /orders/{{id}}</c>). Two requests of one journey may have the same name; they are then one operation.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>A request; null for another kind.</summary>
    public RequestSpec? Request { get; init; }

    /// <summary>A branch; null for another kind.</summary>
    public BranchSpec? If { get; init; }

    /// <summary>A loop; null for another kind.</summary>
    public LoopSpec? Loop { get; init; }

    /// <summary>A name for several steps (<see cref="Steps"/>), whose whole duration is measured under it; null for another kind.</summary>
    public string? Group { get; init; }

    /// <summary>The steps of a group.</summary>
    public ImmutableArray<StepSpec> Steps { get; init; } = [];

    /// <summary>Of a request: the pause before it, in place of the journey's. Alone: a pause. Null: see <see cref="JourneySpec.Think"/>.</summary>
    public ThinkTime? Think { get; init; }

    /// <summary>Name of a request's operation: <see cref="Name"/> or its default.</summary>
    public string Operation() => Name ?? $"{Request!.Method} {Shown(Request.Path)}";

    // A path's template as a name: /orders/{id}.
    private static string Shown(string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return Template.Parse(query < 0 ? path : path[..query]).Render(static name => "{" + name + "}");
    }
}

/// <summary>Steps that are done under a condition.</summary>
public sealed record BranchSpec
{
    /// <summary>The condition.</summary>
    public required StepCondition Condition { get; init; }

    /// <summary>Steps where it holds.</summary>
    public ImmutableArray<StepSpec> Then { get; init; } = [];

    /// <summary>Steps where it does not. Default none.</summary>
    public ImmutableArray<StepSpec> Else { get; init; } = [];
}

/// <summary>Steps that are done several times: <see cref="Times"/>, or while <see cref="While"/> holds, looked at before each turn.</summary>
public sealed record LoopSpec
{
    /// <summary>Fixed number of turns, at least 1. Null: see <see cref="While"/>.</summary>
    public int? Times { get; init; }

    /// <summary>Goes on while it holds; null: a fixed number of turns.</summary>
    public StepCondition? While { get; init; }

    /// <summary>Most turns of a loop with a condition, after which the session fails (<c>loop_limit</c>). Default 100.</summary>
    public int Max { get; init; } = 100;

    /// <summary>The steps of a turn.</summary>
    public ImmutableArray<StepSpec> Steps { get; init; } = [];
}

/// <summary>What is asked of the last answer of the session, or of what it knows. All that is given must hold.</summary>
public sealed record StepCondition
{
    /// <summary>Statuses of the last answer: <c>404</c>, <c>2xx</c>, <c>200|404</c>; 0 stands for no answer. Null: any.</summary>
    public string? Status { get; init; }

    /// <summary>Name of an extracted value or data -> comparison of its text (<see cref="Success.Comparison"/>; <c>exists</c> too). Default none.</summary>
    public ImmutableSortedDictionary<string, string> Value { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Chance in 0..1, drawn from the session's stream. Null: certain.</summary>
    public double? Chance { get; init; }
}
