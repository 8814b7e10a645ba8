using ApeTest.Scenarios.Data;
using ApeTest.Targets.Journeys.Rendering;

namespace ApeTest.Targets.Journeys;

/// <summary>A value that templates name, by its place in <see cref="JourneyValues"/>. Shared by all agents.</summary>
internal sealed class ValueSlot(int index, string name, ValueSlotKind kind)
{
    /// <summary>Number in its plan, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Name as templates write it.</summary>
    public string Name { get; } = name;

    public ValueSlotKind Kind { get; } = kind;

    /// <summary>Whether it may be used and not shown.</summary>
    public bool IsSecret { get; private set; } = SecretNames.Contains(name);

    /// <summary>Whether a step names it.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Of a cell: the feed's number. Default 0.</summary>
    public int Feed { get; init; }

    /// <summary>Of a cell: the column's number. Default 0.</summary>
    public int Column { get; init; }

    /// <summary>Of a constant: the value.</summary>
    public byte[] Constant { get; init; } = [];

    /// <summary>Of a generated column: how it is made, once in a session. Set after all slots are there: it may name others.</summary>
    public ByteTemplate Generated { get; set; } = ByteTemplate.Empty;

    /// <summary>Where it comes from, for records: <c>data:user.name</c>, <c>generator:order.id</c>, <c>login: $.token</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>A step names it. While the plan is compiled.</summary>
    public void MarkUsed() => IsUsed = true;

    /// <summary>Makes it a secret. While the plan is compiled.</summary>
    public void MarkSecret() => IsSecret = true;
}

/// <summary>Where a value comes from.</summary>
internal enum ValueSlotKind
{
    /// <summary>A step's answer.</summary>
    Extracted,

    /// <summary>A feed's row.</summary>
    Cell,

    /// <summary>A generated column, rendered where it is first asked for in a session.</summary>
    Generated,

    /// <summary>The same in the whole run: the environment.</summary>
    Constant,
}
