namespace ApeTest.Targets.Policy;

/// <summary>What the policy says of a request before it leaves.</summary>
/// <param name="Allowed">Whether it may go.</param>
/// <param name="Status">Status of the problem document where it may not; 0 otherwise.</param>
/// <param name="ErrorType">One of <see cref="Http.TargetErrors"/> where it may not.</param>
/// <param name="Detail">What was refused, and how to allow it.</param>
/// <param name="RetryAfter">When it may be tried again: <c>Retry-After</c> of the answer; null: not said.</param>
public readonly record struct Verdict(bool Allowed, int Status, string? ErrorType, string? Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>The request may go.</summary>
    public static Verdict Allow => new(true, 0, null, null);

    /// <summary>The request may not go.</summary>
    public static Verdict Deny(int status, string errorType, string detail) => new(false, status, errorType, detail);
}
