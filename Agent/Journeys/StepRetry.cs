using System.Text;
using ApeTest.Agent.Sessions;
using ApeTest.Targets.Http;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>Which answers another attempt may mend, and how long is waited before it.</summary>
internal static class StepRetry
{
    private const int FirstServerError = 500;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>No answer, 429 and 5xx.</summary>
    public static bool IsWorthIt(RawExchange exchange) =>
        exchange.ErrorType is TargetErrors.Dns or TargetErrors.Connect or TargetErrors.Reset or TargetErrors.Timeout or TargetErrors.Protocol
        || (exchange.ErrorType is null && exchange.Status is 429 or >= FirstServerError);

    /// <summary>
    /// 100 ms, doubled with each attempt up to 5 s, or what the answer's <c>Retry-After</c> asks for where that is longer.
    /// </summary>
    /// <param name="attempts">Attempts that were repeated before, from 0.</param>
    /// <param name="exchange">What came of the last.</param>
    /// <param name="most">Longest wait that the answer may ask for.</param>
    /// <param name="time">Clock.</param>
    /// <param name="kind">What the wait is.</param>
    public static TimeSpan PauseAfter(int attempts, RawExchange exchange, TimeSpan most, TimeProvider time, out RestKind kind)
    {
        var own = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempts, 10)));
        if (exchange.Headers.TryGet("Retry-After"u8, out var after) && Recovery.Delay(Encoding.Latin1.GetString(after), most, time) is { } asked && asked > own)
        {
            kind = RestKind.Wait;
            return asked;
        }
        kind = RestKind.BackOff;
        return own;
    }
}
