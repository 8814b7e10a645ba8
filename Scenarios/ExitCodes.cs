namespace ApeTest.Scenarios;

/// <summary>Exit codes of <c>ape-test</c>. Precedence: 130/143, 4, 99, then the rest.</summary>
public static class ExitCodes
{
    /// <summary>Done: the run was judged and every threshold held.</summary>
    public const int Done = 0;

    /// <summary>A bug in ApeTest.</summary>
    public const int Bug = 1;

    /// <summary>Input: unknown flag, field or provider, missing key, no oracle, unknown run, malformed or missing OpenAPI document.</summary>
    public const int Input = 2;

    /// <summary>Environment: target or model unreachable, model id unknown to a reachable provider, port in use, directory unwritable, nothing judged.</summary>
    public const int Environment = 3;

    /// <summary>The run's budget (tokens, cost, requests) is exhausted.</summary>
    public const int Budget = 4;

    /// <summary>The run completed only in part.</summary>
    public const int Partial = 5;

    /// <summary>A threshold failed.</summary>
    public const int ThresholdFailed = 99;

    /// <summary>Interrupted by SIGINT (Ctrl+C).</summary>
    public const int Interrupted = 130;

    /// <summary>Terminated by SIGTERM.</summary>
    public const int Terminated = 143;
}
