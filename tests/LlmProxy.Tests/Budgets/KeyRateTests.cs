using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Errors;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Budgets;

public sealed class KeyRateTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Requests_AMinutesAtOnce_ThenAsTimeBringsThem()
    {
        using var admission = Budgeted.Admission((key, _) => key.RequestsPerMinute = 30, _clock);
        Assert.Equal(30, admission.Count(1));
        _clock.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        Assert.Equal(0, admission.Count(1));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, admission.Count(1));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(30, admission.Count(1)); // never more than a minute's
    }

    [Fact]
    public async Task Requests_HundredsAtOnce_ExactlyTheRatePasses()
    {
        using var admission = Budgeted.Admission((key, _) => key.RequestsPerMinute = 77, _clock);
        var results = await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => Task.Run(() => admission.Try(1))));
        Assert.Equal(77, results.Count(refusal => refusal is null));
    }

    [Fact]
    public void Requests_UnevenRate_NothingIsLostToRounding()
    {
        using var admission = Budgeted.Admission((key, _) => key.RequestsPerMinute = 7, _clock);
        var passed = admission.Count(1);
        for (var i = 0; i < 600_000; i += 7)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(7));
            passed += admission.Count(1);
        }

        Assert.Equal(7 + 70, passed); // ten minutes
    }

    [Fact]
    public void Requests_Refused_SaysWhenAndHowMuchIsLeft()
    {
        using var admission = Budgeted.Admission((key, _) => (key.RequestsPerMinute, key.TokensPerMinute) = (6, 6000), _clock);
        for (var i = 0; i < 6; i++)
        {
            admission.Spend(100);
        }

        var refusal = admission.Try(1)!;
        Assert.Equal((429, "requests", "rate_limit_exceeded", (int?)10), (refusal.Status, refusal.Type, refusal.Code, refusal.RetryAfter));
        Assert.Contains("key \"ci\" may make 6 requests a minute", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["x-ratelimit-limit-requests: 6", "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 1m0s",
             "x-ratelimit-limit-tokens: 6000", "x-ratelimit-remaining-tokens: 5400", "x-ratelimit-reset-tokens: 6s"],
            Headers(refusal));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(admission.Try(1)); // what Retry-After said holds
    }

    [Fact]
    public void Tokens_Refused_ComesBackWhenItSaid()
    {
        using var admission = Budgeted.Admission((key, _) => key.TokensPerMinute = 600, _clock);
        admission.Spend(600);
        _clock.Advance(TimeSpan.FromSeconds(5));
        var refusal = admission.Try(95)!;
        Assert.Equal(("tokens", "rate_limit_exceeded", (int?)5), (refusal.Type, refusal.Code, refusal.RetryAfter)); // 4.5 s
        Assert.Equal(["x-ratelimit-limit-tokens: 600", "x-ratelimit-remaining-tokens: 50", "x-ratelimit-reset-tokens: 55s"], Headers(refusal));
        Assert.Contains("come back in 4.5s", refusal.Message, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(4.5));
        Assert.Null(admission.Try(95));
    }

    [Fact]
    public void Tokens_NotUsed_AreGivenBackAndOverdrawnOnesAreWaitedFor()
    {
        using var admission = Budgeted.Admission((key, _) => key.TokensPerMinute = 600, _clock);
        var cheap = admission.Take(600);
        Assert.NotNull(admission.Try(1));
        admission.Settle(in cheap, 100, 0);
        var dear = admission.Take(500);
        admission.Settle(in dear, 800, 0); // 300 more than it said
        Assert.Equal(31, admission.Try(1)!.RetryAfter);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull(admission.Try(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, admission.Count(1));
    }

    [Fact]
    public void Tokens_MoreThanAMinutes_IsRefusedForGoodWithTheFix()
    {
        using var admission = Budgeted.Admission((key, _) => key.TokensPerMinute = 600, _clock);
        var refusal = admission.Try(601)!;
        Assert.Null(refusal.RetryAfter);
        Assert.Contains("max_completion_tokens", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("x-should-retry: false", Headers(refusal));
        Assert.Null(admission.Try(600));
    }

    [Fact]
    public void Tokens_HugeLimit_DoesNotOverflow()
    {
        using var admission = Budgeted.Admission((key, _) => key.TokensPerMinute = long.MaxValue, _clock);
        admission.Take(long.MaxValue);
        Assert.NotNull(admission.Try(long.MaxValue));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(admission.Try(long.MaxValue));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(20, "20ms")]
    [InlineData(1000, "1s")]
    [InlineData(7660, "7.66s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(90_500, "1m30.5s")]
    [InlineData(0.1, "1ms")]
    public void Reset_IsWrittenAsOpenAiDoes(double milliseconds, string expected) => Assert.Equal(expected, KeyRate.Reset(TimeSpan.FromMilliseconds(milliseconds)));

    private static IEnumerable<string> Headers(OpenAiError error) => error.Headers!.Select(header => $"{header.Key}: {header.Value}");
}
