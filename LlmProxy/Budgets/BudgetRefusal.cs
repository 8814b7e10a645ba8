using System.Globalization;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>What a client is told that a hard budget stops.</summary>
internal static class BudgetRefusal
{
    /// <summary>Code of the refusal. With <see cref="OpenAiError.RetryAfter"/>: only calls under way stand against it, which may turn out cheaper.</summary>
    public const string Code = "budget_exhausted";

    // Read by the official SDKs, which otherwise ask again after every 429.
    private static readonly KeyValuePair<string, string>[] DoNotRetry = [new("x-should-retry", "false")];

    /// <summary>429: which budget, its limit, what is spent and reserved, what the call needs.</summary>
    public static OpenAiError Exhausted(Budget budget, BudgetKind kind, long tokens, decimal costUsd)
    {
        var (spent, reserved, limits) = (budget.Spent, budget.Reserved, budget.Limits);
        var (what, figures, option) = kind switch
        {
            BudgetKind.Tokens => (
                $"token budget of {limits.Tokens}",
                $"{spent.Tokens} spent, {reserved.Tokens} reserved by calls under way, and it may take {tokens} (prompt and max_completion_tokens)",
                "Tokens"),
            BudgetKind.Cost => (
                $"cost budget of {Usd(limits.CostUsd ?? 0)} USD",
                $"{Usd(spent.CostUsd)} spent, {Usd(reserved.CostUsd)} reserved by calls under way, and it may cost {Usd(costUsd)}",
                "CostUsd"),
            _ => ($"request budget of {limits.Requests}", $"{spent.Requests} made", "Requests"),
        };
        var (owner, field) = budget.Owner == BudgetOwner.Key ? ("key", $"max{option} of the key") : ("run", $"budgets.max{option}PerRun (llm.max{option} of a scenario)");
        // Calls under way may turn out cheaper than what is reserved for them: then another attempt may go well.
        var mayFitLater = kind != BudgetKind.Requests && budget.ExceededBySpent(tokens, costUsd) is null;
        return new OpenAiError(StatusCodes.Status429TooManyRequests, "insufficient_quota", Code,
            $"the {what} of {owner} \"{budget.Name}\" does not cover this call: {figures}; {(kind == BudgetKind.Requests ? "raise" : "ask for less or raise")} {field}")
        {
            Headers = mayFitLater ? null : DoNotRetry,
            RetryAfter = mayFitLater ? 1 : null,
        };
    }

    /// <summary>503: the call could not be written down, so it must not be made.</summary>
    public static OpenAiError Unwritable() => new(StatusCodes.Status503ServiceUnavailable, "server_error", "budget_file_unwritable",
        "the proxy cannot write its budget file (budgets.file), so this call would go uncounted and is refused; "
        + "the proxy's log says why, and calls go on as soon as it can be written")
    {
        RetryAfter = 5,
    };

    /// <summary>503: every run that can be remembered has calls under way.</summary>
    public static OpenAiError TooManyRuns(int most) => new(StatusCodes.Status503ServiceUnavailable, "overloaded_error", "too_many_runs",
        $"{most} runs with a budget have calls under way, and no more are kept; end one first")
    {
        RetryAfter = 5,
    };

    private static string Usd(decimal amount) => amount.ToString("0.######", CultureInfo.InvariantCulture);
}
