namespace ApeTest.LlmProxy.Tests.Faults;

/// <summary>A fault of the upstream and what the client is told of it.</summary>
/// <param name="Script">What the upstream does with each request.</param>
/// <param name="Status">Status that the client gets.</param>
/// <param name="Error">Error type that is counted and in the in-band figures; <c>none</c> where the call succeeds all the same.</param>
internal sealed record Fault(Func<RawExchange, Task> Script, int Status, string Error)
{
    /// <summary>Whether a stream is asked for.</summary>
    public bool Stream { get; init; } = true;

    /// <summary>Requests that reach the upstream: 1 + retries.</summary>
    public int Requests { get; init; } = 1;

    /// <summary>Text that the client's body must have in it.</summary>
    public string? Holds { get; init; }
}
