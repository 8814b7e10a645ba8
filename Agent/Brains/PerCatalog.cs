using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Brains;

/// <summary>An SDK's form of a catalog, made once: a run has one catalog, and its schemas are the largest part of every request.</summary>
internal sealed class PerCatalog<T>(Func<ImmutableArray<ToolSpec>, T> make)
{
    private volatile Entry? _entry;

    public T Of(ImmutableArray<ToolSpec> tools)
    {
        var key = ImmutableCollectionsMarshal.AsArray(tools)!;
        var entry = _entry;
        if (entry is null || !ReferenceEquals(entry.Key, key))
        {
            // Two sessions may both make it the first time; either result serves.
            _entry = entry = new Entry(key, make(tools));
        }
        return entry.Form;
    }

    private sealed record Entry(ToolSpec[] Key, T Form);
}
