using System.Collections.Immutable;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>What a step is.</summary>
internal enum StepKind
{
    /// <summary>Wrong: the errors say why.</summary>
    None,

    Request,
    Branch,
    Loop,
    Group,
    Think,
}

/// <summary>Says by its fields what a step is, and refuses those that belong to another kind.</summary>
internal static class StepKinds
{
    /// <summary>Fields that hold steps.</summary>
    public static readonly ImmutableArray<string> Nested = ["then", "else", "steps"];

    private static readonly ImmutableArray<string> Methods = ["get", "post", "put", "patch", "delete", "head", "options", "request"];

    private static readonly ImmutableArray<string> OfRequests =
    [
        "name", "query", "headers", "json", "form", "xml", "text", "graphql", "variables", "file", "multipart", "contentType", "extract", "check",
        "timeout", "redirects", "retries", "continue", "think",
    ];

    private static readonly ImmutableArray<(string Field, StepKind Kind)> Kinds =
    [
        .. Methods.Select(static method => (method, StepKind.Request)),
        ("if", StepKind.Branch), ("repeat", StepKind.Loop), ("while", StepKind.Loop), ("group", StepKind.Group),
    ];

    private static readonly ImmutableArray<(string Field, StepKind Kind, string Owner)> Owned =
    [
        .. OfRequests.Select(static field => (field, StepKind.Request, "a request")),
        ("then", StepKind.Branch, "`if`"), ("else", StepKind.Branch, "`if`"), ("max", StepKind.Loop, "`while`"),
    ];

    /// <summary>The kind, and the field that says it.</summary>
    public static (StepKind Kind, string Field) Of(ObjectReader step)
    {
        foreach (var field in Nested)
        {
            _ = step.Take(field);
        }
        var given = Kinds.Where(kind => step.Take(kind.Field) is not null).ToList();
        if (given.Count > 1)
        {
            step.Error(step.Take(given[1].Field), given[1].Field, $"cannot be beside {given[0].Field}: a step is one thing", "Make two steps of it.");
        }
        var (field0, kind0) = given.Count > 0 ? given[0] : step.Take("think") is not null ? ("think", StepKind.Think) : ("", StepKind.None);
        var owned = Owned.Where(each => each.Kind != kind0 && step.Take(each.Field) is not null && each.Field != field0).ToList();
        if (kind0 is StepKind.None)
        {
            step.Error(null, "", "says nothing to do: it needs one of get, post, put, patch, delete, head, options, request, if, repeat, while, group and think",
                "Write for example `- get: /products`.");
            return (kind0, field0);
        }
        foreach (var (field, _, owner) in owned)
        {
            step.Error(step.Take(field), field, $"belongs to {owner}, and this step is `{field0}`", kind0 is StepKind.Think ? "Add for example `get: /products`, or remove it." : "Remove it, or put it into a step of its own.");
        }
        if (kind0 is not (StepKind.Loop or StepKind.Group) && step.Take("steps") is { } steps)
        {
            step.Error(steps, "steps", $"belongs to `repeat`, `while` or `group`, and this step is `{field0}`", kind0 is StepKind.Branch ? "Write `then`." : "Remove it.");
        }
        return (kind0, field0);
    }
}
