namespace ApeTest.Targets.Policy;

/// <summary>What a target's rules look at in a request.</summary>
/// <param name="Target">The target.</param>
/// <param name="ShownPath">The path as it was written, for messages.</param>
/// <param name="Operation">Operation; null for none.</param>
/// <param name="Destructive">Whether the operation is marked so.</param>
internal readonly record struct RuledCall(TargetEntry Target, string ShownPath, string? Operation, bool Destructive)
{
    /// <summary>Why the target's rules refuse the method on the path (<see cref="RequestPath"/>); null where they let it pass.</summary>
    public string? Refusal(string method, string path)
    {
        if (Target.IsDenied(method, path, Operation))
        {
            return $"{method} {ShownPath} is denied by a rule in `deny` of target '{Target.Name}'";
        }
        return !Target.IsLoopback
            && (Destructive || method.Equals("DELETE", StringComparison.OrdinalIgnoreCase))
            && !Target.IsAllowed(method, path, Operation)
                ? $"{method} {ShownPath} is destructive and target '{Target.Name}' is not on this machine; to allow it, add "
                    + $"\"{Operation ?? $"{method} {ShownPath}"}\" to `allow` of the target"
                : null;
    }

    /// <summary>The same for any of several methods, separated by commas.</summary>
    public string? AnyRefusal(string methods, string path)
    {
        foreach (var method in methods.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Refusal(method, path) is { } refusal)
            {
                return refusal;
            }
        }
        return null;
    }
}
