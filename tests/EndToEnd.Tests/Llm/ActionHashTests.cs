using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Runs.Records;

namespace ApeTest.EndToEnd.Tests.Llm;

/// <summary>The hash by which runs are compared notices what it should, and nothing else.</summary>
public sealed class ActionHashTests
{
    [Fact]
    public void Of_OtherOrderOfSessionsTimesAndServersIds_IsTheSame()
    {
        var other = Session(0, 1, Action(id: "o-2") with { Parts = new ActionParts(1, 2, 3, 4, 5) }) with { TraceId = "other", Started = DateTimeOffset.UnixEpoch, DurationS = 9 };

        Assert.Equal(ActionHash.Of([Session(0, 1, Action(id: "o-1")), Session(1, 0, Action())]), ActionHash.Of([Session(1, 0, Action()), other]));
    }

    [Fact]
    public void Of_AnyChangeThatCounts_IsAnother()
    {
        SessionRecord[] changed =
        [
            Session(0, 1, Action()),
            Session(0, 1, Action() with { Tool = "pay" }),
            Session(0, 1, Action() with { Status = 409 }),
            Session(0, 1, Action(quantity: 3)),
            Session(0, 1, Action(source: "action:2 $.id")),
            Session(0, 1, Action(source: "brain")),
            Session(0, 1, Action(), Action() with { N = 2 }),
            Session(0, 2, Action()),
            Session(1, 1, Action()),
        ];

        Assert.Distinct(changed.Select(session => ActionHash.Of([session])));
    }

    private static ActionRecord Action(string id = "o-1", int quantity = 2, string source = "action:1 $.id") => new()
    {
        N = 1,
        Tool = "order",
        Args = JsonSerializer.SerializeToElement(new { id, quantity }),
        Provenance = ImmutableSortedDictionary<string, string>.Empty.Add("$.id", source).Add("$.quantity", "goal"),
        Status = 201,
    };

    private static SessionRecord Session(int slot, int number, params ActionRecord[] actions) => new()
    {
        Run = "r",
        Session = $"{slot}-{number}",
        Slot = slot,
        TraceId = "t",
        Goal = "g",
        Outcome = SessionOutcome.Succeeded,
        Reason = "",
        Started = DateTimeOffset.UnixEpoch,
        DurationS = 1,
        Evidence = [],
        Actions = [.. actions],
    };
}
