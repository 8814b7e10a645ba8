using System.Collections.Frozen;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// Says whether a call may be made: the key's rate, the key's budget, the run's budget. What it may cost at most is reserved before it leaves and replaced by the
/// real figure afterwards, under one lock, so that concurrent calls cannot slip past a limit together. Thread-safe; free where nothing is limited.
/// </summary>
internal sealed class Admission : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _patience;
    private readonly FrozenDictionary<string, KeyAccount> _keys;
    private readonly RunBudgets? _runs;
    private readonly bool _boundRuns;
    private readonly BudgetLedger? _ledger;
    private TaskCompletionSource? _settlement;

    /// <summary>Reads the budget file, where there is one. Throws <see cref="LlmProxyConfigException"/>.</summary>
    public Admission(LlmProxyOptions options, TimeProvider clock, ILogger<Admission> logger)
        : this(options, clock, logger, options.Budgets.File is { Length: > 0 } file ? new LedgerFiles(file) : null)
    {
    }

    internal Admission(LlmProxyOptions options, TimeProvider clock, ILogger logger, LedgerFiles? files)
    {
        (_clock, _patience) = (clock, options.Queue.Deadline);
        _ledger = files is null ? null : BudgetLedger.Open(files, logger);
        _keys = options.Keys.Select(key => KeyAccount.Of(key, _ledger, clock)).OfType<KeyAccount>().ToFrozenDictionary(account => account.Name, StringComparer.Ordinal);
        var budgets = options.Budgets;
        var limits = new BudgetLimits(budgets.MaxTokensPerRun, budgets.MaxCostUsdPerRun, budgets.MaxRequestsPerRun);
        _boundRuns = limits.BoundOutput;
        _runs = limits.Any ? new RunBudgets(limits, _ledger, logger) : null;
    }

    /// <summary>
    /// Admits, or refuses. Where only what other calls may still take stands against it, it waits for them to end, up to <c>queue.deadline</c>: a budget ends a run when
    /// it is spent, not when it is lent. A client that leaves meanwhile is refused with status 499 and no code.
    /// </summary>
    public ValueTask<(OpenAiError? Refusal, Reservation Reservation, TimeSpan Waited)> AdmitAsync(AdmissionRequest request, CancellationToken client)
    {
        var refusal = TryAdmit(in request, out var reservation);
        return MayFitLater(refusal) ? WaitAsync(request, client) : ValueTask.FromResult((refusal, reservation, TimeSpan.Zero));
    }

    /// <summary>Admits, or refuses with the 429 that the client gets: which limit, whose, how much is left, and when to come back where it is a rate.</summary>
    public OpenAiError? TryAdmit(in AdmissionRequest request, out Reservation reservation)
    {
        reservation = default;
        var account = Account(request.Key);
        var runName = _runs is null ? null : request.Run;
        if (account is null && runName is null)
        {
            return null;
        }

        // A caller that states a negative maximum must not gain by it.
        var (tokens, costUsd) = (Math.Max(0, request.Tokens), Math.Max(0, request.CostUsd));
        LedgerMark keyMark = default, runMark = default;
        lock (_lock)
        {
            // 1. The rate, the key's budget, the run's: nothing is taken until all agree.
            if (account?.Rate?.Exceeded(tokens) is { } tooFast)
            {
                return tooFast;
            }

            if (account?.Budget is { } budget && budget.Exceeded(tokens, costUsd) is { } exhausted)
            {
                return BudgetRefusal.Exhausted(budget, exhausted, tokens, costUsd);
            }

            Budget? run = null;
            if (runName is not null)
            {
                run = _runs!.Find(runName);
                if (run is null)
                {
                    return BudgetRefusal.TooManyRuns(RunBudgets.Most);
                }

                if (run.Exceeded(tokens, costUsd) is { } exhaustedRun)
                {
                    return BudgetRefusal.Exhausted(run, exhaustedRun, tokens, costUsd);
                }
            }

            // 2. Take.
            account?.Rate?.Take(tokens);
            if (account?.Budget is not null)
            {
                account.Budget.Reserve(tokens, costUsd);
                keyMark = account.Budget.Mark;
            }

            if (run is not null)
            {
                run.Reserve(tokens, costUsd);
                _runs!.Hold(run);
                runMark = run.Mark;
            }

            reservation = new Reservation(account, run, tokens, costUsd);
        }

        // 3. Into the file before the call leaves; outside the lock, so that a slow disk holds up only calls that have to be written.
        if (_ledger is not null && !(_ledger.TryWrite(keyMark) && _ledger.TryWrite(runMark)))
        {
            Withdraw(in reservation);
            reservation = default;
            return BudgetRefusal.Unwritable();
        }

        return null;
    }

    /// <summary>Replaces a reservation by what was really spent. Once for each reservation.</summary>
    /// <param name="reservation">What was reserved.</param>
    /// <param name="tokens">Prompt and completion tokens.</param>
    /// <param name="costUsd">US dollars.</param>
    public void Settle(in Reservation reservation, long tokens, decimal costUsd)
    {
        var (account, run) = (reservation.Account, reservation.Run);
        if (account is null && run is null)
        {
            return;
        }

        (tokens, costUsd) = (Math.Max(0, tokens), Math.Max(0, costUsd));
        LedgerMark keyMark = default, runMark = default;
        TaskCompletionSource? settlement;
        lock (_lock)
        {
            (settlement, _settlement) = (_settlement, null);
            account?.Rate?.Settle(reservation.Tokens, tokens);
            if (account?.Budget is not null)
            {
                account.Budget.Settle(reservation.Tokens, reservation.CostUsd, tokens, costUsd);
                keyMark = account.Budget.Mark;
            }

            if (run is not null)
            {
                run.Settle(reservation.Tokens, reservation.CostUsd, tokens, costUsd);
                _runs!.Release(run);
                runMark = run.Mark;
            }
        }

        settlement?.TrySetResult();
        // A call may have taken more than was reserved. Where it cannot be written now, the next call of the same budget does not leave before it is.
        _ledger?.TryWrite(keyMark);
        _ledger?.TryWrite(runMark);
    }

    /// <summary>Whether a call with this key and run needs an upper bound of its output: only then a budget of tokens or money holds.</summary>
    public bool IsBounded(ProxyKey key, string? run) => (_boundRuns && run is not null) || Account(key)?.Budget?.Limits.BoundOutput == true;

    /// <summary>Writes the true figures into the budget file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ledger?.Close(_keys.Values.Select(account => account.Budget).OfType<Budget>().Concat(_runs?.All ?? [])
                .Select(budget => (budget.Mark.Entry!, budget.Used)));
        }
    }

    private static bool MayFitLater(OpenAiError? refusal) => refusal is { RetryAfter: not null, Code: BudgetRefusal.Code };

    private async ValueTask<(OpenAiError? Refusal, Reservation Reservation, TimeSpan Waited)> WaitAsync(AdmissionRequest request, CancellationToken client)
    {
        var began = _clock.GetTimestamp();
        while (true)
        {
            // Before it is asked again, so that no settlement in between is missed.
            var settlement = NextSettlement();
            var refusal = TryAdmit(in request, out var reservation);
            var waited = _clock.GetElapsedTime(began);
            if (!MayFitLater(refusal) || waited >= _patience)
            {
                return (refusal, reservation, waited);
            }

            await settlement.WaitAsync(_patience - waited, _clock, client).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (client.IsCancellationRequested)
            {
                return (new OpenAiError(StatusCodes.Status499ClientClosedRequest, "cancelled", null, "the client left"), default, _clock.GetElapsedTime(began));
            }
        }
    }

    private Task NextSettlement()
    {
        lock (_lock)
        {
            return (_settlement ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private KeyAccount? Account(ProxyKey key) => _keys.Count > 0 && _keys.TryGetValue(key.Name, out var account) ? account : null;

    /// <summary>Gives a reservation back whose call never left: as if it had not been asked for.</summary>
    public void Withdraw(in Reservation reservation)
    {
        var (account, run) = (reservation.Account, reservation.Run);
        if (account is null && run is null)
        {
            return;
        }

        TaskCompletionSource? settlement;
        lock (_lock)
        {
            (settlement, _settlement) = (_settlement, null);
            account?.Rate?.Withdraw(reservation.Tokens);
            account?.Budget?.Withdraw(reservation.Tokens, reservation.CostUsd);
            if (run is not null)
            {
                run.Withdraw(reservation.Tokens, reservation.CostUsd);
                _runs!.Release(run);
            }
        }

        settlement?.TrySetResult();
    }
}
