using System.Collections.Immutable;
using ApeTest.Scenarios.Planning;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys;

/// <summary>A condition of a branch or loop, compiled. Immutable, shared by all agents.</summary>
public sealed class StepTest
{
    private readonly StatusSet? _status;
    private readonly double? _chance;
    private readonly ImmutableArray<ValueTest> _values;

    internal StepTest(StatusSet? status, ImmutableArray<ValueTest> values, double? chance) =>
        (_status, _values, _chance) = (status, values, chance);

    internal bool Holds(JourneyValues values, int status, ref SessionStream stream)
    {
        // Drawn whatever else holds: what a session draws does not depend on what a target answers.
        if (_chance is { } chance && stream.NextDouble() >= chance)
        {
            return false;
        }
        if (_status?.Contains(status) is false)
        {
            return false;
        }
        foreach (var value in _values)
        {
            if (!value.Holds(values))
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>A comparison of a value that the session knows.</summary>
/// <param name="slot">The value.</param>
/// <param name="check">Judges it.</param>
/// <param name="constant">The value that it must be, where that is all that is asked for: it is compared as bytes; null otherwise.</param>
/// <param name="exists">Whether it must be there, where that is all that is asked for; null otherwise.</param>
internal sealed class ValueTest(ValueSlot slot, ValueCheck check, byte[]? constant, bool? exists)
{
    public bool Holds(JourneyValues values)
    {
        var isThere = values.TryGet(slot, out var value);
        if (exists is { } wanted)
        {
            return isThere == wanted;
        }
        if (isThere && constant is not null && value.SequenceEqual(constant))
        {
            return true;
        }
        var seen = isThere ? SeenValue.Of(System.Text.Encoding.UTF8.GetString(value)) : default;
        return check.Judge(in seen, values.Known, out _) is Truth.Proven;
    }
}
