using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>
/// One condition of a declared oracle; exactly one of <see cref="Operation"/>, <see cref="Read"/>, <see cref="Captured"/>, <see cref="State"/>,
/// <see cref="All"/>, <see cref="Any"/> and <see cref="Not"/> says which kind. What an answer must be (<see cref="Status"/>,
/// <see cref="Json"/>, <see cref="Header"/>, <see cref="Text"/>, <see cref="Regex"/>) and <see cref="Capture"/> belong to operation and read.
/// A comparison is written as JSON: an object holds comparisons (<c>{"min":10}</c>, see <see cref="Success.Comparison"/>), anything else is the
/// value itself; texts may hold <c>{{captured}}</c> values.
/// </summary>
public sealed record SuccessCondition
{
    /// <summary>Tool name (operationId) whose response must match.</summary>
    public string? Operation { get; init; }

    /// <summary><c>METHOD /path</c>, with <c>{{captured}}</c> values, sent independently of the brain.</summary>
    public string? Read { get; init; }

    /// <summary>Whose credentials a read shows. Default <see cref="ReadAs.Session"/>.</summary>
    public ReadAs As { get; init; }

    /// <summary>Required status. Null with <see cref="Statuses"/> null: any 2xx.</summary>
    public int? Status { get; init; }

    /// <summary>Several statuses that are right instead: <c>2xx</c>, <c>200|404</c>. Null: see <see cref="Status"/>.</summary>
    public string? Statuses { get; init; }

    /// <summary>Variables taken from the matched response: name -> where from (<see cref="Success.CaptureSource"/>): <c>$.id</c>, <c>header:Location</c>.</summary>
    public ImmutableSortedDictionary<string, string> Capture { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>JSON path -> comparison.</summary>
    public ImmutableSortedDictionary<string, string> Json { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Response header -> comparison of its text; names compare without case.</summary>
    public ImmutableSortedDictionary<string, string> Header { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Comparison of the whole body as text; a plain value must be contained in it. Null: none.</summary>
    public string? Text { get; init; }

    /// <summary>Regular expression (.NET, without lookaround and back references) that the body matches somewhere. Null: none.</summary>
    public string? Regex { get; init; }

    /// <summary>Name captured before -> comparison of its text.</summary>
    public ImmutableSortedDictionary<string, string> Captured { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Variable of the session -> comparison. A brain can write these: alone they prove nothing.</summary>
    public ImmutableSortedDictionary<string, string> State { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Every one must hold, in this order.</summary>
    public ImmutableArray<SuccessCondition> All { get; init; } = [];

    /// <summary>One must hold.</summary>
    public ImmutableArray<SuccessCondition> Any { get; init; } = [];

    /// <summary>Must not hold: no such response in the session, no such answer to a read.</summary>
    public SuccessCondition? Not { get; init; }
}
