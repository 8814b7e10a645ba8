using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Http;

/// <summary>The policy refused a request. It travels up the handler chain and ends as data: it never leaves a transport or the gateway.</summary>
public sealed class TargetRefusedException(Verdict verdict) : Exception(verdict.Detail)
{
    /// <summary>Why.</summary>
    public Verdict Verdict { get; } = verdict;
}
