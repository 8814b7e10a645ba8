using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;

namespace ApeTest.Targets.Oracles;

/// <summary>A condition with its paths, patterns and templates read. Immutable; what a session knows of it stands at <see cref="Index"/> of the session's own list.</summary>
internal sealed class CompiledCondition
{
    /// <summary>Reads the condition and those inside it; malformed ones throw <see cref="Scenarios.ApeTestException"/> (exit 2).</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="layout">Gives places.</param>
    /// <param name="scope">Where its captured values go: one scope for the goal, one for each alternative and each <c>not</c>.</param>
    /// <param name="isNegated">Whether it stands below an odd number of <c>not</c>s.</param>
    public CompiledCondition(SuccessCondition condition, OracleLayout layout, int scope, bool isNegated = false)
    {
        Index = layout.NextIndex();
        Scope = scope;
        IsNegated = isNegated;
        Text = ConditionWords.Of(condition);
        Kind = condition switch
        {
            { All.IsEmpty: false } => ConditionKind.All,
            { Any.IsEmpty: false } => ConditionKind.Any,
            { Not: not null } => ConditionKind.Not,
            { Captured.IsEmpty: false } => ConditionKind.Captured,
            { State.IsEmpty: false } => ConditionKind.State,
            { Operation: not null } => ConditionKind.Operation,
            _ => ConditionKind.Read,
        };
        Operation = condition.Operation;
        Status = StatusSet.Of(condition);
        Answer = new AnswerCheck(condition);
        if (condition.Read is { } read)
        {
            var space = read.Trim().IndexOf(' ', StringComparison.Ordinal);
            Method = new HttpMethod(read.Trim()[..space]);
            ReadPath = Template.Parse(read.Trim()[(space + 1)..].Trim());
            As = condition.As;
        }
        var (values, subject) = Kind is ConditionKind.State ? (condition.State, ComparisonSubject.Json) : (condition.Captured, ComparisonSubject.Captured);
        Values = [.. values.Select(pair => (pair.Key, new ValueCheck(Comparison.Parse(pair.Value, subject))))];
        Children = Kind switch
        {
            ConditionKind.All => [.. condition.All.Select(child => new CompiledCondition(child, layout, scope, isNegated))],
            ConditionKind.Any => [.. condition.Any.Select(child => new CompiledCondition(child, layout, layout.NextScope(scope), isNegated))],
            ConditionKind.Not => [new CompiledCondition(condition.Not!, layout, layout.NextScope(scope), !isNegated)],
            _ => [],
        };
        if (Operation is not null)
        {
            layout.Operations.Add(Operation);
        }
    }

    public int Index { get; }

    public int Scope { get; }

    public bool IsNegated { get; }

    public ConditionKind Kind { get; }

    /// <summary>The condition in words.</summary>
    public string Text { get; }

    /// <summary>Tool name; null for what is no operation.</summary>
    public string? Operation { get; }

    /// <summary>The right statuses.</summary>
    public StatusSet Status { get; }

    /// <summary>What an answer must hold.</summary>
    public AnswerCheck Answer { get; }

    /// <summary>Method of a read.</summary>
    public HttpMethod Method { get; } = HttpMethod.Get;

    /// <summary>Path of a read; null for what is none.</summary>
    public Template? ReadPath { get; }

    /// <summary>Whose credentials a read shows.</summary>
    public ReadAs As { get; }

    /// <summary>What captured values or variables are compared.</summary>
    public ImmutableArray<(string Name, ValueCheck Check)> Values { get; }

    /// <summary>The conditions inside.</summary>
    public ImmutableArray<CompiledCondition> Children { get; }
}
