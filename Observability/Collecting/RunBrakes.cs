using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;

namespace ApeTest.Observability.Collecting;

/// <summary>Ends the run when its budget is spent or a threshold with <c>abort</c> is broken. Not thread-safe.</summary>
/// <param name="aggregate">The run so far.</param>
/// <param name="gate">Guards <paramref name="aggregate"/>.</param>
/// <param name="stop">Stops the run: whether at once, and its final status.</param>
/// <param name="logger">Log of the collector.</param>
internal sealed partial class RunBrakes(RunAggregate aggregate, Lock gate, Func<bool, string, Task> stop, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private bool _budgetSpent;
    private bool _thresholdBroken;

    /// <summary>To be called with each batch. What the queue does not take is ordered again with the next: a database that is away must not end the collecting. Does not throw.</summary>
    public async Task StopWhereDueAsync()
    {
        try
        {
            await StopWhenBudgetIsSpentAsync();
            await StopWhenThresholdIsBrokenAsync();
        }
        catch (Exception error)
        {
            LogStopFailed(error.Message);
        }
    }

    private async Task StopWhenBudgetIsSpentAsync()
    {
        var llm = aggregate.Plan.Scenario.Llm;
        if (_budgetSpent || aggregate.Ended || !(IsCostSpent(llm) || aggregate.Tokens >= llm.MaxTokens))
        {
            return;
        }
        LogBudgetSpent(aggregate.CostUsd, aggregate.Tokens);
        // Draining would go on spending.
        await stop(true, "budget");
        _budgetSpent = true;
    }

    private async Task StopWhenThresholdIsBrokenAsync()
    {
        BrokenThreshold? broken;
        lock (gate)
        {
            broken = _thresholdBroken || aggregate.Ended ? null : aggregate.Broken;
        }
        if (broken is null)
        {
            return;
        }
        LogThresholdBroken(broken.Reason);
        await stop(false, "aborted");
        _thresholdBroken = true;
    }

    private bool IsCostSpent(LlmSpec llm) => aggregate.CostUsd > 0 && aggregate.CostUsd >= (llm.MaxCostUsd ?? LlmSpec.DefaultMaxCostUsd);

    [LoggerMessage(EventId = 2, EventName = "collector.budget_spent", Level = LogLevel.Warning,
        Message = "The run's model budget is spent ({CostUsd} USD, {Tokens} tokens); the run ends.")]
    private partial void LogBudgetSpent(decimal costUsd, long tokens);

    [LoggerMessage(EventId = 4, EventName = "collector.threshold_broken", Level = LogLevel.Warning, Message = "The run ends, {Reason}.")]
    private partial void LogThresholdBroken(string reason);

    [LoggerMessage(EventId = 7, EventName = "collector.stop_failed", Level = LogLevel.Warning,
        Message = "The order to stop did not reach the queue and is given again: {Reason}")]
    private partial void LogStopFailed(string reason);
}
