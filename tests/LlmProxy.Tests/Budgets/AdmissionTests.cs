using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Keys;

namespace ApeTest.LlmProxy.Tests.Budgets;

public sealed class AdmissionTests
{
    [Theory]
    [InlineData("tokens")]
    [InlineData("cost")]
    [InlineData("requests")]
    [InlineData("run tokens")]
    [InlineData("run cost")]
    [InlineData("run requests")]
    public async Task TryAdmit_HundredsAtOnce_ExactlyThePermittedNumberPass(string limit)
    {
        using var admission = Budgeted.Admission((key, budgets) =>
        {
            _ = limit switch
            {
                "tokens" => key.MaxTokens = 1003,
                "cost" => (object)(key.MaxCostUsd = 1.003m),
                "requests" => key.MaxRequests = 100,
                "run tokens" => budgets.MaxTokensPerRun = 1003,
                "run cost" => (object)(budgets.MaxCostUsdPerRun = 1.003m),
                _ => budgets.MaxRequestsPerRun = 100,
            };
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(() => admission.Try(10, 0.01m, "r1"))));
        Assert.Equal(100, results.Count(refusal => refusal is null));
        Assert.All(results, refusal => Assert.True(refusal is null or { Status: 429, Type: "insufficient_quota", Code: "budget_exhausted" }));
    }

    [Fact]
    public async Task Settle_ConcurrentCalls_SpendExactlyWhatTheyTook()
    {
        using var admission = Budgeted.Admission((key, _) => key.MaxTokens = 4000);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Task.Run(() =>
        {
            if (admission.TryAdmit(new AdmissionRequest(Budgeted.Key, null, 13, 0), out var reservation) is null)
            {
                admission.Settle(in reservation, 7, 0);
            }
        })));
        // 300 calls of 7 never come near the limit: each passed, and nothing stays reserved.
        Assert.Equal(4000 - (300 * 7), admission.Count(1));
    }

    [Fact]
    public void TryAdmit_Exhausted_SaysWhichBudgetLimitSpentReservedAndNeed()
    {
        using var admission = Budgeted.Admission((key, budgets) => (key.MaxTokens, budgets.MaxCostUsdPerRun) = (100, 0.5m));
        admission.Spend(30);
        admission.Take(50);
        var ofKey = admission.Try(40)!;
        Assert.Contains("token budget of 100 of key \"ci\"", ofKey.Message, StringComparison.Ordinal);
        Assert.Contains("30 spent, 50 reserved by calls under way, and it may take 40", ofKey.Message, StringComparison.Ordinal);
        Assert.Contains("maxTokens of the key", ofKey.Message, StringComparison.Ordinal);
        admission.Take(1, 0.2m, "night \"1\"");
        var ofRun = admission.Try(1, 0.4m, "night \"1\"")!;
        Assert.Contains("cost budget of 0.5 USD of run \"night \"1\"\"", ofRun.Message, StringComparison.Ordinal);
        Assert.Contains("0 spent, 0.2 reserved by calls under way, and it may cost 0.4", ofRun.Message, StringComparison.Ordinal);
        Assert.Contains("budgets.maxCostUsdPerRun", ofRun.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAdmit_Exhausted_TellsTheSdkNotToRetryUnlessCallsUnderWayMayFreeSome()
    {
        using var admission = Budgeted.Admission((key, _) => key.MaxTokens = 100);
        var first = admission.Take(60);
        Assert.Null(admission.Try(60)!.Headers);
        admission.Settle(in first, 60, 0);
        Assert.Contains(new KeyValuePair<string, string>("x-should-retry", "false"), admission.Try(60)!.Headers!);
    }

    [Fact]
    public void TryAdmit_RunRefuses_NothingIsTakenFromTheKey()
    {
        using var admission = Budgeted.Admission((key, budgets) => (key.MaxRequests, key.MaxTokens, key.RequestsPerMinute, budgets.MaxRequestsPerRun) = (3, 100, 3, 1));
        admission.Spend(1, 0, "a");
        Assert.NotNull(admission.Try(1, 0, "a"));
        Assert.NotNull(admission.Try(1, 0, "a"));
        admission.Spend(1, 0, "b");
        admission.Spend(97 + 1, 0, "c");
        Assert.Contains("requests a minute", admission.Try(1, 0, "d")!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAdmit_RunsAndKeys_AreCountedApart()
    {
        using var admission = Budgeted.Admission((_, budgets) => budgets.MaxTokensPerRun = 10);
        Assert.Equal(1, admission.Count(10, 0, "a"));
        Assert.Equal(1, admission.Count(10, 0, "b"));
        Assert.Null(admission.Try(1000)); // no run, no budget of a run
    }

    [Fact]
    public void TryAdmit_NegativeFigures_GainNothing()
    {
        using var admission = Budgeted.Admission((key, _) => key.MaxTokens = 10);
        var odd = admission.Take(-1_000_000, -5);
        admission.Settle(in odd, -1_000_000, -5);
        Assert.Equal(10, admission.Count(1));
    }

    [Fact]
    public void TryAdmit_HugeFigures_AreRefusedWithoutOverflow()
    {
        using var admission = Budgeted.Admission((key, budgets) => (key.MaxTokens, budgets.MaxCostUsdPerRun) = (long.MaxValue, decimal.MaxValue));
        admission.Take(long.MaxValue - 5, 1, "r");
        Assert.NotNull(admission.Try(long.MaxValue, 0, "r"));
        Assert.NotNull(admission.Try(0, decimal.MaxValue, "r"));
        Assert.Null(admission.Try(5, 0, "r"));
    }

    [Fact]
    public void Settle_TookMoreThanReserved_CountsAgainstTheNext()
    {
        using var admission = Budgeted.Admission((key, _) => key.MaxTokens = 100);
        var call = admission.Take(10);
        admission.Settle(in call, 150, 0);
        Assert.NotNull(admission.Try(0));
    }

    [Theory]
    [InlineData(null, null, null, null, false)]
    [InlineData(5L, null, null, null, true)]
    [InlineData(null, 5L, null, null, false)]
    [InlineData(null, null, 5L, null, false)]
    [InlineData(null, null, 5L, "r", true)]
    public void IsBounded_TokensOrMoneyOfKeyOrRun_Holds(long? tokens, long? requests, long? runTokens, string? run, bool expected)
    {
        using var admission = Budgeted.Admission((key, budgets) => (key.MaxTokens, key.MaxRequests, budgets.MaxTokensPerRun) = (tokens, requests, runTokens));
        Assert.Equal(expected, admission.IsBounded(Budgeted.Key, run));
        Assert.Equal(expected && run is not null, admission.IsBounded(new ProxyKey("other"), run));
    }

    [Fact]
    public void TryAdmit_NothingLimited_AllocatesNothing()
    {
        using var admission = Budgeted.Admission((_, _) => { });
        Call(); // compiled before it is measured
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Call();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Call()
        {
            _ = admission.TryAdmit(new AdmissionRequest(Budgeted.Key, "run", 10, 1), out var reservation);
            admission.Settle(in reservation, 10, 1);
        }
    }
}
