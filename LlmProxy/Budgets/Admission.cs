using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// Says whether a call may be made: the key's rate, the key's budget, the run's budget. What it may cost at most is reserved before it leaves and replaced by the
/// real figure afterwards, under one lock, so that concurrent calls cannot slip past a limit together. Thread-safe.
/// </summary>
internal sealed class Admission(LlmProxyOptions options, TimeProvider clock)
{
    /// <summary>Admits, or refuses with the 429 that the client gets: which limit, whose, how much is left, and when to come back where it is a rate.</summary>
    public OpenAiError? TryAdmit(in AdmissionRequest request, out Reservation reservation)
    {
        _ = (options, clock);
        reservation = new Reservation(request.Key, request.Run, request.Tokens, request.CostUsd);
        return request.Key.Budget.TryReserve(request.Tokens, request.CostUsd) is { } exhausted
            ? new OpenAiError(StatusCodes.Status429TooManyRequests, "insufficient_quota", "budget_exhausted", $"budget_exhausted: key \"{request.Key.Name}\": {exhausted}")
            : null;
    }

    /// <summary>Replaces a reservation by what was really spent. Once for each reservation.</summary>
    /// <param name="reservation">What was reserved.</param>
    /// <param name="tokens">Prompt and completion tokens.</param>
    /// <param name="costUsd">US dollars.</param>
    public void Settle(in Reservation reservation, long tokens, decimal costUsd) =>
        reservation.Key.Budget.Settle(reservation.Tokens, reservation.CostUsd, tokens, costUsd);

    /// <summary>Whether a call with this key and run needs an upper bound of its output: only then a budget of tokens or money holds.</summary>
    public bool IsBounded(ProxyKey key, string? run) => false;
}

/// <summary>A call that wants to be made.</summary>
/// <param name="Key">Who asks.</param>
/// <param name="Run">Run id of the caller's baggage; null without one.</param>
/// <param name="Tokens">Prompt and completion tokens at most.</param>
/// <param name="CostUsd">US dollars at most.</param>
internal readonly record struct AdmissionRequest(ProxyKey Key, string? Run, long Tokens, decimal CostUsd);

/// <summary>What was set aside for an admitted call.</summary>
/// <param name="Key">Who asked.</param>
/// <param name="Run">Run id; null without one.</param>
/// <param name="Tokens">Tokens.</param>
/// <param name="CostUsd">US dollars.</param>
internal readonly record struct Reservation(ProxyKey Key, string? Run, long Tokens, decimal CostUsd);
