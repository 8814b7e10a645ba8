using System.Globalization;
using ApeTest.Scenarios.Loading.Binding;
using ApeTest.Scenarios.Loading.Binding.Journeys;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Sources;

/// <summary>
/// Puts environment and command line over the tree of the file. It only places texts with their origin; what they are worth is the
/// binder's to say, by the same rules as for the file.
/// </summary>
internal sealed class OverrideMerger(MappingNode root, ErrorList errors)
{
    private const string Goals = "goals";

    /// <summary>Sets the fields named by variables. Order by name, so that two spellings of one field give the same result everywhere.</summary>
    public void ApplyEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var variables = environment
            .Where(v => v.Key.StartsWith(ScenarioSources.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase) && v.Value.Length > 0)
            .OrderBy(v => v.Key, StringComparer.Ordinal);
        foreach (var (name, text) in variables)
        {
            var origin = new Origin(OriginKind.Environment, Quote.Plain(name));
            var parts = name[ScenarioSources.EnvironmentPrefix.Length..].Split("__");
            if (parts.Any(part => part.Length == 0))
            {
                errors.Add(origin, "", "names no field", $"Use for example {ScenarioSources.EnvironmentPrefix}TARGET__URL.");
                continue;
            }
            Apply(EnvironmentPath(parts), text, origin);
        }
    }

    /// <summary>Sets the fields named by flags; short paths first, so that <c>goals</c> is there before <c>goals[0].success</c>.</summary>
    public void ApplyCommandLine(IReadOnlyDictionary<string, string> commandLine, IReadOnlyDictionary<string, string> flags)
    {
        var parsed = commandLine.Select(o => (Path: o.Key, Text: o.Value, Steps: FieldPath.Parse(o.Key)));
        foreach (var (path, text, steps) in parsed.OrderBy(p => p.Steps?.Count ?? 0).ThenBy(p => p.Path, StringComparer.Ordinal))
        {
            var origin = new Origin(OriginKind.CommandLine, flags.GetValueOrDefault(path) ?? CommandLineFlags.Of(path));
            if (steps is null)
            {
                errors.Add(origin, "", $"{Quote.Text(path)} is not the path of a field", "Use for example `target.url` or `goals[0].goal`.");
                continue;
            }
            Apply(AsSpelled(steps), text, origin);
        }
    }

    // Names of headers have no case: --header 'accept: x' replaces the file's Accept.
    private List<PathStep> AsSpelled(List<PathStep> steps)
    {
        if (steps is [{ Key: "target" }, { Key: "headers" }, { Key: { } name }]
            && (root["target"] as MappingNode)?["headers"] is MappingNode headers
            && headers.Entries.FirstOrDefault(entry => string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase)).Key is { } spelled)
        {
            steps[^1] = PathStep.Of(spelled);
        }
        return steps;
    }

    private void Apply(IReadOnlyList<PathStep> steps, string text, Origin origin)
    {
        var value = new ScalarNode(origin, text, ScalarKind.Text);
        if (steps is [{ Key: Goals }])
        {
            // One goal in words stands for the list: --goal TEXT replaces the goals of the file.
            var goal = new MappingNode(origin);
            goal.Set("goal", origin, value);
            var goals = new SequenceNode(origin);
            goals.Items.Add(goal);
            root.Set(Goals, origin, goals);
            return;
        }
        if (steps is [{ Key: "personas" }, { IsIndex: true, Index: PathStep.All }, { Key: "think" }])
        {
            ReplaceThinkOfJourneys(value);
        }
        Place(root, steps, 0, value);
    }

    // A journey's own think time would hide that of the personas, and with it the flag. What a step says of itself stays.
    private void ReplaceThinkOfJourneys(ScalarNode think)
    {
        foreach (var journey in (root["journeys"] as SequenceNode)?.Items.OfType<MappingNode>() ?? [])
        {
            if (journey["think"] is not null)
            {
                journey.Set("think", think.Origin, think);
            }
        }
    }

    private void Place(Node container, IReadOnlyList<PathStep> steps, int at, ScalarNode value)
    {
        var step = steps[at];
        if (!step.IsIndex)
        {
            var mapping = (MappingNode)container;
            if (at == steps.Count - 1)
            {
                mapping.Set(step.Key!, value.Origin, value);
                return;
            }
            var current = mapping[step.Key!];
            var child = Fitting(current, steps[at + 1], value.Origin);
            if (!ReferenceEquals(child, current))
            {
                mapping.Set(step.Key!, value.Origin, child);
            }
            Place(child, steps, at + 1, value);
            return;
        }

        var sequence = (SequenceNode)container;
        var first = step.Index == PathStep.All ? 0 : step.Index;
        if (first > sequence.Items.Count)
        {
            errors.Add(value.Origin, "", $"sets item {first} of a list of {sequence.Items.Count}",
                $"The next free index is {sequence.Items.Count.ToString(CultureInfo.InvariantCulture)}.");
            return;
        }
        var last = step.Index == PathStep.All ? Math.Max(0, sequence.Items.Count - 1) : step.Index;
        for (var index = first; index <= last; index++)
        {
            var existing = index < sequence.Items.Count ? sequence.Items[index] : null;
            var item = at == steps.Count - 1 ? value : Fitting(existing, steps[at + 1], value.Origin);
            if (existing is null)
            {
                sequence.Items.Add(item);
            }
            else
            {
                sequence.Items[index] = item;
            }
            if (at < steps.Count - 1)
            {
                Place(item, steps, at + 1, value);
            }
        }
    }

    // The existing node where the next step can enter it, otherwise a new one: the stronger source wins over a scalar in its way.
    private static Node Fitting(Node? existing, PathStep next, Origin origin) => (existing, next.IsIndex) switch
    {
        (SequenceNode, true) or (MappingNode, false) => existing!,
        (_, true) => new SequenceNode(origin),
        _ => new MappingNode(origin),
    };

    // Variables have no case: fields are matched by the shape, free keys by what the tree holds.
    private List<PathStep> EnvironmentPath(string[] parts)
    {
        var steps = new List<PathStep>();
        ObjectShape? shape = ScenarioShape.Root;
        Node? node = root;
        FieldShape? field = null;
        foreach (var part in parts)
        {
            PathStep step;
            if (field?.Kind is FieldKind.ObjectList or FieldKind.ScalarList or FieldKind.Rows
                && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                step = PathStep.Of(index);
                (shape, field) = (field!.Item, field.Kind is FieldKind.Rows ? new FieldShape("", FieldKind.ScalarMap) : null);
            }
            else if (field?.Kind is FieldKind.ScalarMap or FieldKind.ObjectMap)
            {
                step = PathStep.Of(FreeKey(field, node as MappingNode, part));
                (shape, field) = (field.Item, null);
            }
            else
            {
                field = shape?.FindIgnoringCase(part);
                step = PathStep.Of(field?.Name ?? part.ToLowerInvariant());
                shape = field?.Kind is FieldKind.Object or FieldKind.ShortObject ? field.Item : null;
                field = field?.Kind is FieldKind.Steps ? new FieldShape(field.Name, FieldKind.ObjectList, JourneyShape.Step) : field;
            }
            steps.Add(step);
            node = node switch
            {
                MappingNode mapping when !step.IsIndex => mapping[step.Key!],
                SequenceNode sequence when step.IsIndex && step.Index < sequence.Items.Count => sequence.Items[step.Index],
                _ => null,
            };
        }
        return steps;
    }

    // X_API_KEY is the header X-Api-Key: variables cannot hold '-'.
    private static string FreeKey(FieldShape field, MappingNode? node, string part)
    {
        var wanted = Fold(part);
        var existing = node?.Entries.FirstOrDefault(entry => Fold(entry.Key) == wanted).Key;
        return existing ?? (field.Name == "headers" ? part.Replace('_', '-').ToLowerInvariant() : part.ToLowerInvariant());
    }

    private static string Fold(string text) => text.Replace('-', '_').ToLowerInvariant();
}
