namespace ApeTest.ServiceDefaults.Health;

/// <summary>
/// One condition of a service's readiness, closed at first. The owner opens it when the condition holds (a file is loaded, a
/// database answers) and may close it again. Add with <see cref="ServiceHealth.AddReadyGate"/>. Thread-safe.
/// </summary>
public sealed class ReadyGate(string name, string closedBecause)
{
    private volatile string? _reason = closedBecause;

    /// <summary>Name in <c>/health/ready</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Why it is closed; null when open.</summary>
    public string? Reason => _reason;

    /// <summary>The condition holds.</summary>
    public void Open()
    {
        _reason = null;
    }

    /// <summary>The condition does not hold, and why.</summary>
    public void Close(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        _reason = reason;
    }
}
