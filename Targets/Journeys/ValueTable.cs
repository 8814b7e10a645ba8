using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Journeys.Rendering;

namespace ApeTest.Targets.Journeys;

/// <summary>All values that a run's journeys may name, numbered. Filled while the plan is compiled, then immutable.</summary>
internal sealed class ValueTable
{
    private readonly Dictionary<string, ValueSlot> _slots = new(StringComparer.Ordinal);
    private readonly List<Generator> _generators = [];

    /// <summary>Numbers the data of a scenario.</summary>
    public ValueTable(Scenario scenario)
    {
        var inputs = CompiledInputs.Of(scenario);
        Feeds = [.. inputs.Feeds.Select(static feed => feed.Cursor)];
        for (var feed = 0; feed < Feeds.Length; feed++)
        {
            for (var column = 0; column < inputs.Feeds[feed].Columns.Length; column++)
            {
                var (name, isSecret) = inputs.Feeds[feed].Columns[column];
                Add(new ValueSlot(_slots.Count, name, ValueSlotKind.Cell) { Feed = feed, Column = column, Source = "data:" + name }, isSecret);
            }
        }
        foreach (var (name, value) in inputs.Environment)
        {
            Add(new ValueSlot(_slots.Count, name, ValueSlotKind.Constant) { Constant = Encoding.UTF8.GetBytes(value), Source = name }, isSecret: true);
        }
        foreach (var (column, _) in inputs.Generated)
        {
            Add(new ValueSlot(_slots.Count, column.Name, ValueSlotKind.Generated) { Source = "generator:" + column.Name }, column.IsSecret);
        }
        foreach (var (column, template) in inputs.Generated)
        {
            var builder = new ByteTemplateBuilder(new ValueScope(this, "data:" + column.Name, _slots.Keys.ToHashSet(StringComparer.Ordinal)));
            foreach (var segment in template.Segments)
            {
                builder.Add(segment, Place.Text, isWritten: true);
            }
            _slots[column.Name].Generated = builder.Build();
        }
    }

    /// <summary>The feeds with rows.</summary>
    public FeedCursor[] Feeds { get; }

    /// <summary>Number of values.</summary>
    public int Count => _slots.Count;

    /// <summary>The values, in no order.</summary>
    public IReadOnlyCollection<ValueSlot> Slots => _slots.Values;

    /// <summary>Generators in the journeys' own texts, in the order of the scenario.</summary>
    public IReadOnlyList<Generator> Generators => _generators;

    /// <summary>The value of that name; null for none.</summary>
    public ValueSlot? Find(string name) => _slots.GetValueOrDefault(name);

    /// <summary>The value of that name, made where there is none: a step extracts it.</summary>
    public ValueSlot Extracted(string name)
    {
        if (!_slots.TryGetValue(name, out var slot))
        {
            Add(slot = new ValueSlot(_slots.Count, name, ValueSlotKind.Extracted), isSecret: false);
        }
        return slot;
    }

    /// <summary>Notes the generators of a text.</summary>
    public void Note(Template template) => _generators.AddRange(template.Generators);

    private void Add(ValueSlot slot, bool isSecret)
    {
        if (isSecret)
        {
            slot.MarkSecret();
        }
        _slots.Add(slot.Name, slot);
    }
}
