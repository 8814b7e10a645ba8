namespace ApeTest.Targets.Oracles;

/// <summary>Finds at the end of a session whether conditions hold, sending the reads that are not settled.</summary>
internal sealed class OracleJudge(OracleProgress progress, ScopedValues values, OracleReads reads, Func<string, string> show)
{
    /// <summary>What is found of one condition, and why.</summary>
    public ValueTask<Finding> FindAsync(CompiledCondition condition, CancellationToken cancellationToken) => condition.Kind switch
    {
        ConditionKind.Operation => ValueTask.FromResult(progress.Of(condition) is { IsSettled: true, Detail: { } detail }
            ? new Finding(Truth.Proven, detail)
            : progress.Of(condition).LastUnknown is { } unknown ? new Finding(Truth.Unknown, unknown)
            : new Finding(Truth.Refuted, progress.Of(condition).LastSeen ?? $"{condition.Operation} was never called")),
        ConditionKind.Read => ReadAsync(condition, cancellationToken),
        ConditionKind.Captured => ValueTask.FromResult(progress.Captured(condition)),
        ConditionKind.State => ValueTask.FromResult(State(condition)),
        ConditionKind.All => AllAsync(condition, cancellationToken),
        ConditionKind.Any => AnyAsync(condition, cancellationToken),
        _ => NotAsync(condition, cancellationToken),
    };

    private Finding State(CompiledCondition condition) =>
        progress.Compare(condition, name => reads.State.Variables.TryGetValue(name, out var value) ? SeenValue.Of(value) : default(SeenValue));

    private async ValueTask<Finding> ReadAsync(CompiledCondition condition, CancellationToken cancellationToken)
    {
        if (progress.Of(condition) is { IsSettled: true, Detail: { } detail })
        {
            return new Finding(Truth.Proven, detail);
        }
        var last = await reads.AskAsync(condition, values, show, cancellationToken);
        if (progress.Of(condition).Earlier is not { } first || last.Truth is Truth.Proven)
        {
            return last;
        }
        // Both answers of a read that was sent twice: the second alone may only say that the session has logged out meanwhile.
        var both = last with { Detail = $"{first.Detail}; again at the end: {last.Detail}", TargetFailed = first.TargetFailed || last.TargetFailed };
        return condition.IsNegated && last.Truth is Truth.Unknown ? both with { Truth = first.Truth } : both;
    }

    private async ValueTask<Finding> AllAsync(CompiledCondition condition, CancellationToken cancellationToken)
    {
        var (truth, failed) = (Truth.Proven, false);
        var told = new List<string>(condition.Children.Length);
        foreach (var child in condition.Children)
        {
            var finding = await FindAsync(child, cancellationToken);
            told.Add($"{child.Text}: {finding.Detail}");
            failed |= finding is { Truth: not Truth.Proven, TargetFailed: true };
            truth = finding.Truth is Truth.Refuted || truth is Truth.Refuted ? Truth.Refuted : finding.Truth is Truth.Unknown ? Truth.Unknown : truth;
        }
        return new Finding(truth, string.Join("; ", told), failed);
    }

    private async ValueTask<Finding> AnyAsync(CompiledCondition condition, CancellationToken cancellationToken)
    {
        var (truth, failed) = (Truth.Refuted, false);
        var told = new List<string>(condition.Children.Length);
        // What is proven already needs no read of another alternative.
        foreach (var child in condition.Children.FirstOrDefault(progress.IsProven) is { } proven ? [proven] : condition.Children)
        {
            var finding = await FindAsync(child, cancellationToken);
            if (finding.Truth is Truth.Proven)
            {
                progress.Publish(condition, child);
                return finding with { Detail = $"{child.Text}: {finding.Detail}", TargetFailed = false };
            }
            told.Add($"{child.Text}: {finding.Detail}");
            failed |= finding.TargetFailed;
            truth = finding.Truth is Truth.Unknown ? Truth.Unknown : truth;
        }
        return new Finding(truth, string.Join("; ", told), failed);
    }

    private async ValueTask<Finding> NotAsync(CompiledCondition condition, CancellationToken cancellationToken)
    {
        var finding = await FindAsync(condition.Children[0], cancellationToken);
        return finding with
        {
            Truth = finding.Truth switch { Truth.Proven => Truth.Refuted, Truth.Refuted => Truth.Proven, _ => Truth.Unknown },
        };
    }
}
