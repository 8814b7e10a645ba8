using System.Text.Json;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Reload;

/// <summary>What changed from one gateway file to the next, by name; never a value, which may be a secret.</summary>
internal sealed record FileDifference(IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed, bool Faults, bool Limits)
{
    /// <summary>Whether nothing did: a comment, white space.</summary>
    public bool IsNone => this is { Added.Count: 0, Removed.Count: 0, Changed.Count: 0, Faults: false, Limits: false };

    /// <summary>Compares two files.</summary>
    public static FileDifference Between(GatewayFile before, GatewayFile after)
    {
        var old = before.Targets.ToDictionary(static target => target.Name, StringComparer.Ordinal);
        var names = after.Targets.Select(static target => target.Name).ToHashSet(StringComparer.Ordinal);
        return new FileDifference(
            [.. names.Where(name => !old.ContainsKey(name))],
            [.. old.Keys.Where(name => !names.Contains(name))],
            [.. after.Targets.Where(target => old.TryGetValue(target.Name, out var known) && !IsSame(known, target)).Select(static target => target.Name)],
            !IsSame(before.Faults, after.Faults),
            !IsSame(before.Limits, after.Limits));
    }

    /// <summary>As a line of the log: <c>added a, b; changed c; faults</c>.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        Name("added", Added);
        Name("removed", Removed);
        Name("changed", Changed);
        if (Faults)
        {
            parts.Add("faults");
        }
        if (Limits)
        {
            parts.Add("limits");
        }
        return parts.Count == 0 ? "nothing" : string.Join("; ", parts);

        void Name(string what, IReadOnlyList<string> targets)
        {
            if (targets.Count > 0)
            {
                parts.Add($"{what} {string.Join(", ", targets)}");
            }
        }
    }

    private static bool IsSame<T>(T before, T after) => JsonSerializer.Serialize(before) == JsonSerializer.Serialize(after);
}
