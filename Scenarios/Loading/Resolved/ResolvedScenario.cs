using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>
/// The complete scenario with defaults, each value with its source. Secrets are redacted when it is made, so that it holds none: values
/// of secret columns, headers that look like credentials, and everything from <c>${VAR}</c>.
/// </summary>
public sealed class ResolvedScenario
{
    /// <summary>What stands for a secret.</summary>
    public const string Redacted = "***";

    private readonly ResolvedMapping _root;

    internal ResolvedScenario(ResolvedMapping root)
    {
        _root = root;
        var values = ImmutableArray.CreateBuilder<ResolvedValue>();
        Collect(root, "", values);
        Values = values.ToImmutable();
    }

    internal static ResolvedScenario Empty { get; } = new(new ResolvedMapping("default"));

    /// <summary>All values in the order of the file format.</summary>
    public ImmutableArray<ResolvedValue> Values { get; }

    /// <summary>Source of a value: <c>default</c>, <c>file:12</c>, <c>env:NAME</c>, <c>cli:--agents</c>, <c>derived</c>; null where there is no such value.</summary>
    /// <param name="path">For example <c>llm.model</c> or <c>goals[0].weight</c>.</param>
    public string? SourceOf(string path) => Values.FirstOrDefault(value => value.Path == path)?.Source;

    /// <summary>As YAML with a comment <c># source</c> behind each value. A scenario again, but for what is redacted.</summary>
    public string ToYaml() => ResolvedYaml.Write(_root);

    /// <summary>A copy with success conditions that were derived for a goal; their source is <c>derived</c>.</summary>
    /// <param name="goal">Place of the goal, from 0.</param>
    /// <param name="conditions">The conditions.</param>
    public ResolvedScenario WithDerivedSuccess(int goal, ImmutableArray<SuccessCondition> conditions) => new(DerivedSuccess.Put(_root, goal, conditions));

    private static void Collect(ResolvedNode node, string path, ImmutableArray<ResolvedValue>.Builder values)
    {
        switch (node)
        {
            case ResolvedScalar scalar:
                values.Add(new ResolvedValue(path, scalar.Text, scalar.Source));
                break;
            case ResolvedMapping mapping:
                foreach (var (key, value) in mapping.Entries)
                {
                    Collect(value, FieldPath.Append(path, key), values);
                }
                break;
            case ResolvedSequence sequence:
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    Collect(sequence.Items[i], FieldPath.Append(path, i), values);
                }
                break;
        }
    }
}

/// <summary>One value of a resolved scenario.</summary>
/// <param name="Path">Field, for example <c>goals[0].weight</c>.</param>
/// <param name="Text">Value as written in a scenario; <see cref="ResolvedScenario.Redacted"/> for a secret; null where not set.</param>
/// <param name="Source"><c>default</c>, <c>file:12</c>, <c>env:NAME</c>, <c>cli:--agents</c> or <c>derived</c>.</param>
public sealed record ResolvedValue(string Path, string? Text, string Source);
