using System.Text;
using System.Text.Json;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>A place in a body that paths go through or end at.</summary>
/// <param name="isBelowAny">Whether a <c>[*]</c> stands before it.</param>
internal sealed class JsonReadNode(bool isBelowAny)
{
    private (byte[] Name, JsonReadNode Node)[] _names = [];
    private (int Index, JsonReadNode Node)[] _indexes = [];
    private JsonReadNode? _any;

    /// <summary>Numbers of the paths that end here.</summary>
    public int[] Leaves { get; private set; } = [];

    public bool IsBelowAny { get; } = isBelowAny;

    public bool HasChildren { get; private set; }

    /// <summary>Whether a path goes through here so that each value belongs to one place: <c>[*]</c> beside a name or index would make it two.</summary>
    public bool CanTake(ReadOnlySpan<JsonPath.Step> steps)
    {
        if (steps.IsEmpty)
        {
            return true;
        }
        var step = steps[0];
        if (step.IsAny)
        {
            return _names.Length == 0 && _indexes.Length == 0 && _any?.CanTake(steps[1..]) is null or true;
        }
        return _any is null && (Find(step)?.CanTake(steps[1..]) ?? true);
    }

    /// <summary>Adds a path.</summary>
    public void Take(ReadOnlySpan<JsonPath.Step> steps, int leaf)
    {
        if (steps.IsEmpty)
        {
            Leaves = [.. Leaves, leaf];
            return;
        }
        HasChildren = true;
        var step = steps[0];
        var next = step.IsAny ? _any : Find(step);
        if (next is null)
        {
            next = new JsonReadNode(IsBelowAny || step.IsAny);
            if (step.IsAny)
            {
                _any = next;
            }
            else if (step.Name is { } name)
            {
                _names = [.. _names, (Encoding.UTF8.GetBytes(name), next)];
            }
            else
            {
                _indexes = [.. _indexes, (step.Index, next)];
            }
        }
        next.Take(steps[1..], leaf);
    }

    /// <summary>The place of the property whose name the reader is at; null where no path goes there.</summary>
    public JsonReadNode? Named(ref Utf8JsonReader reader)
    {
        if (_any is not null)
        {
            return _any;
        }
        foreach (var (name, node) in _names)
        {
            if (reader.ValueTextEquals(name))
            {
                return node;
            }
        }
        return null;
    }

    /// <summary>The place of an item; null where no path goes there.</summary>
    public JsonReadNode? At(int index)
    {
        if (_any is not null)
        {
            return _any;
        }
        foreach (var (at, node) in _indexes)
        {
            if (at == index)
            {
                return node;
            }
        }
        return null;
    }

    private JsonReadNode? Find(JsonPath.Step step)
    {
        if (step.Name is { } name)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            return Array.Find(_names, each => each.Name.AsSpan().SequenceEqual(utf8)).Node;
        }
        return Array.Find(_indexes, each => each.Index == step.Index).Node;
    }
}
