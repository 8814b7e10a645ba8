using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Binding;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>
/// Nodes of the resolved scenario as the sources have them, without defaults: a step has many fields, and those that it does not use would
/// hide those that it does. Variables stand in them by name, so that no value of theirs is shown.
/// </summary>
internal static class ResolvedTree
{
    public static ResolvedNode Of(Node node, bool isSecret = false)
    {
        switch (node)
        {
            case ScalarNode scalar when isSecret && scalar.IsUntyped:
                // A credential by its name, set by a variable or a flag.
                return new ResolvedScalar(ResolvedScenario.Redacted, true, scalar.Origin.Label, "redacted");
            case ScalarNode scalar:
                var isText = scalar.IsUntyped ? ScalarNode.KindOf(scalar.Text) is ScalarKind.Text : scalar.Kind is ScalarKind.Text;
                return new ResolvedScalar(scalar.IsNull ? null : scalar.Text, isText, scalar.Origin.Label);
            case SequenceNode sequence:
                var list = new ResolvedSequence(sequence.Origin.Label);
                list.Items.AddRange(sequence.Items.Select(static item => Of(item)));
                return list;
            default:
                var mapping = new ResolvedMapping(node.Origin.Label);
                foreach (var (key, _, value) in ((MappingNode)node).Entries)
                {
                    mapping.Add(key, Of(value, SecretNames.ContainsHeader(key)));
                }
                return mapping;
        }
    }
}
