namespace ApeTest.Scenarios;

/// <summary>
/// A mistake of the user or a fault of the environment, told without a stack trace: what was wrong and where
/// (<see cref="Exception.Message"/>), what to do (<see cref="Hint"/>), and the process exit code.
/// </summary>
public sealed class ApeTestException(string message, string? hint, int exitCode, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What to do about it; null where the message says it already.</summary>
    public string? Hint { get; } = hint;

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
