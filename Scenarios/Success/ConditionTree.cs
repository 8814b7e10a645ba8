using System.Collections.Immutable;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Success;

/// <summary>What conditions that hold others share: their depth, what is captured where, and what they prove.</summary>
public static class ConditionTree
{
    /// <summary>How deep conditions may hold conditions; 1: none does.</summary>
    public const int MaxDepth = 8;

    /// <summary>
    /// Visits conditions and those inside them, each with its path (<c>success[1].any[0]</c>) and the names captured before it: inside
    /// <c>any</c> and <c>not</c> those from outside and from their own earlier conditions; behind <c>any</c> those that each alternative
    /// captures; behind <c>not</c> none of it.
    /// </summary>
    /// <param name="conditions">The conditions, in order.</param>
    /// <param name="path">Path of the list.</param>
    /// <param name="captured">Names captured before them; gains those that they capture.</param>
    /// <param name="visit">Is called for each.</param>
    public static void Visit(ImmutableArray<SuccessCondition> conditions, string path, HashSet<string> captured, Action<SuccessCondition, string, IReadOnlySet<string>> visit)
    {
        for (var i = 0; i < conditions.Length; i++)
        {
            Visit(conditions[i], $"{path}[{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}]", captured, visit);
        }
    }

    /// <summary>The conditions with each operation's name replaced, inside others too.</summary>
    public static SuccessCondition Rename(SuccessCondition condition, Func<string, string> rename) => condition with
    {
        Operation = condition.Operation is { } name ? rename(name) : null,
        All = [.. condition.All.Select(each => Rename(each, rename))],
        Any = [.. condition.Any.Select(each => Rename(each, rename))],
        Not = condition.Not is { } not ? Rename(not, rename) : null,
    };

    /// <summary>The operations that a condition waits for or excludes, inside others too.</summary>
    public static IEnumerable<string> Operations(SuccessCondition condition) =>
        [
            .. condition.Operation is { } name ? [name] : Array.Empty<string>(),
            .. condition.All.SelectMany(Operations),
            .. condition.Any.SelectMany(Operations),
            .. condition.Not is { } not ? Operations(not) : [],
        ];

    /// <summary>
    /// Whether a condition that holds rests on an answer of the target. A variable of the session does not (the brain writes it), nor does
    /// <c>not</c> over an operation (nothing needs to have happened); one alternative of <c>any</c> without it is one too many.
    /// </summary>
    public static bool IsEvidence(SuccessCondition condition) => condition switch
    {
        { All.IsEmpty: false } => condition.All.Any(IsEvidence),
        { Any.IsEmpty: false } => condition.Any.All(IsEvidence),
        { Not: { } not } => IsEvidenceAgainst(not),
        { State.IsEmpty: false } => false,
        _ => true,
    };

    // Whether a condition that does not hold rests on an answer: of `all`, whichever it is that does not hold; of `any`, none holds.
    private static bool IsEvidenceAgainst(SuccessCondition condition) => condition switch
    {
        { All.IsEmpty: false } => condition.All.All(IsEvidenceAgainst),
        { Any.IsEmpty: false } => condition.Any.Any(IsEvidenceAgainst),
        { Not: { } not } => IsEvidence(not),
        { State.IsEmpty: false } => false,
        _ => condition.Operation is null,
    };

    /// <summary>As above, for one condition at a path.</summary>
    public static void Visit(SuccessCondition condition, string path, HashSet<string> captured, Action<SuccessCondition, string, IReadOnlySet<string>> visit)
    {
        visit(condition, path, captured);
        captured.UnionWith(condition.Capture.Keys);
        Visit(condition.All, $"{path}.all", captured, visit);
        if (condition.Not is { } not)
        {
            Visit(not, $"{path}.not", new HashSet<string>(captured, StringComparer.Ordinal), visit);
        }
        HashSet<string>? common = null;
        for (var i = 0; i < condition.Any.Length; i++)
        {
            var own = new HashSet<string>(captured, StringComparer.Ordinal);
            Visit(condition.Any[i], $"{path}.any[{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}]", own, visit);
            if (common is null)
            {
                common = own;
            }
            else
            {
                common.IntersectWith(own);
            }
        }
        captured.UnionWith(common ?? []);
    }
}
