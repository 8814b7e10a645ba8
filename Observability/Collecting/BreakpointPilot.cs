using ApeTest.Runs.Queue;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Collecting;

/// <summary>Orders what the search for a breakpoint wants next, and ends the run once there is nothing left to try. Thread-safe.</summary>
/// <param name="search">The search.</param>
/// <param name="gate">Guards <paramref name="search"/>.</param>
/// <param name="order">Tells the queue.</param>
/// <param name="end">Drains the run.</param>
/// <param name="logger">Log of the collector.</param>
internal sealed partial class BreakpointPilot(BreakpointWatch search, Lock gate, Func<RunSignal, Task> order, Func<Task> end, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private bool _hasEnded;

    /// <summary>Does what is to be done; to be called each second. What the queue does not take is ordered again. Does not throw.</summary>
    public async Task SteerAsync()
    {
        double? next;
        bool over;
        lock (gate)
        {
            (next, over) = (search.TakeOrder(), search.IsOver && !_hasEnded);
            _hasEnded |= over;
        }
        try
        {
            if (next is { } level)
            {
                LogLevelOrdered(level);
                await order(search.IsOfRates ? new RunSignal(RunSignalKind.Rate, PerSecond: level) : new RunSignal(RunSignalKind.Scale, (int)level));
            }
            if (over)
            {
                await end();
            }
        }
        catch (Exception error)
        {
            LogSteerFailed(error.Message);
            lock (gate)
            {
                _hasEnded &= !over;
                search.OrderAgain();
            }
        }
    }

    [LoggerMessage(EventId = 5, EventName = "collector.level_ordered", Level = LogLevel.Debug, Message = "The search for the breakpoint tries {Level}.")]
    private partial void LogLevelOrdered(double level);

    [LoggerMessage(EventId = 6, EventName = "collector.steer_failed", Level = LogLevel.Warning, Message = "The search's order did not reach the queue and is given again: {Reason}")]
    private partial void LogSteerFailed(string reason);
}
