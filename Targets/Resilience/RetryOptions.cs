namespace ApeTest.Targets.Resilience;

/// <summary>
/// <c>retry</c> of a target. Off by default: retries falsify load results, so they are counted and their waits belong to the gateway's time.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>Most retries after the first attempt. Default 0: none. At most 10.</summary>
    public int Attempts { get; set; }

    /// <summary>Wait before the first retry; doubled before each further one. Default 100 ms.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait, also of a <c>Retry-After</c> of the target: with a longer one the answer is passed on. Default 5 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether waits are drawn from half to once their length. Default true.</summary>
    public bool Jitter { get; set; } = true;

    /// <summary>What is retried: statuses as text and error types (<c>connect</c>, <c>reset</c>, <c>timeout</c>, <c>dns</c>, <c>tls</c>, <c>protocol</c>).</summary>
    public IList<string> On { get; set; } = ["connect", "reset", "timeout", "429", "502", "503", "504"];

    /// <summary>Methods that are retried. Default the idempotent ones (RFC 9110, 9.2.2). A connection that was never made is retried for any method.</summary>
    public IList<string> Methods { get; set; } = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
}
