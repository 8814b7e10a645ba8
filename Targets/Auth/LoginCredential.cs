namespace ApeTest.Targets.Auth;

/// <summary>What one login yielded. A class without a text of its own, so that nothing prints it.</summary>
/// <param name="value">Value of the header that shows it, or of the cookie.</param>
internal sealed class LoginCredential(string value)
{
    private long _refused = long.MinValue;

    /// <summary>Value of the header that shows it, or of the cookie. Never logged.</summary>
    public string Value { get; } = value;

    /// <summary>The target refused it although it was new: another login would not help now.</summary>
    public void MarkRefused(TimeProvider time) => Volatile.Write(ref _refused, time.GetTimestamp());

    /// <summary>Whether it was marked within <paramref name="memory"/>.</summary>
    public bool IsRefusedWithin(TimeSpan memory, TimeProvider time)
    {
        var refused = Volatile.Read(ref _refused);
        return refused != long.MinValue && time.GetElapsedTime(refused) < memory;
    }
}
