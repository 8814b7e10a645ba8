using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.LlmProxy.Tests.Budgets;

/// <summary>An <see cref="Admission"/> with one key named <c>ci</c>, as a test wants it limited.</summary>
internal static class Budgeted
{
    public static readonly ProxyKey Key = new("ci");

    public static Admission Admission(Action<ProxyKeyOptions, BudgetOptions> limit, TimeProvider? clock = null, LedgerFiles? files = null)
    {
        var options = new LlmProxyOptions { Keys = { new ProxyKeyOptions { Name = "ci", Key = "secret" } } };
        limit(options.Keys[0], options.Budgets);
        return new Admission(options, clock ?? new FakeTimeProvider(), NullLogger.Instance, files);
    }

    /// <summary>With a budget file.</summary>
    public static Admission Open(string file, Action<ProxyKeyOptions, BudgetOptions> limit) => Admission(limit, null, new LedgerFiles(file));

    public static OpenAiError? Try(this Admission admission, long tokens, decimal cost = 0, string? run = null) =>
        admission.TryAdmit(new AdmissionRequest(Key, run, tokens, cost), out _);

    /// <summary>Admits a call, which must be possible.</summary>
    public static Reservation Take(this Admission admission, long tokens, decimal cost = 0, string? run = null)
    {
        Assert.Null(admission.TryAdmit(new AdmissionRequest(Key, run, tokens, cost), out var reservation));
        return reservation;
    }

    /// <summary>Makes a whole call that takes what was reserved.</summary>
    public static void Spend(this Admission admission, long tokens, decimal cost = 0, string? run = null) =>
        admission.Settle(admission.Take(tokens, cost, run), tokens, cost);

    /// <summary>How many calls of so many tokens are admitted before the first refusal.</summary>
    public static int Count(this Admission admission, long tokens, decimal cost = 0, string? run = null)
    {
        var count = 0;
        while (admission.Try(tokens, cost, run) is null)
        {
            Assert.True(++count < 1_000_000);
        }

        return count;
    }
}
