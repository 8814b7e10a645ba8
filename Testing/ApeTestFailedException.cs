namespace ApeTest.Testing;

/// <summary>A run did not meet what it must. The message names thresholds with values, errors, sessions with trace ids, and where to look.</summary>
public sealed class ApeTestFailedException : Exception
{
    internal ApeTestFailedException(ApeTestResult result, string message)
        : base(message) => Result = result;

    /// <summary>What came of the run.</summary>
    public ApeTestResult Result { get; }
}
