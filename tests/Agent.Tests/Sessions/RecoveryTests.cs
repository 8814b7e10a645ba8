using System.Text;
using ApeTest.Agent.Sessions;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>How long a session waits for a target that asks it to, on a clock that stands still.</summary>
public sealed class RecoveryTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SessionState _state = new(new ActionIdentity("r", "0-0", "0", 1));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2", 2)]
    [InlineData("1.5", 1.5)]
    [InlineData("3600", 30)]
    [InlineData("99999999999999999999999999", 30)]
    [InlineData("Sat, 21 Nov 2026 13:15:12 GMT", 10)]
    [InlineData("Sat, 21 Nov 2026 13:15:00 GMT", 0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 30)]
    [InlineData("-5", 0)]
    [InlineData("soon", 0)]
    [InlineData("", 0)]
    [InlineData("NaN", 0)]
    [InlineData("Infinity", 0)]
    [InlineData("-Infinity", 0)]
    public void WaitBefore_WhatTheTargetAskedFor_IsBounded(string value, double seconds)
    {
        var recovery = new Recovery(_clock);

        recovery.Observe("order", Result(503, value), _state, false, false, out var recovered);

        Assert.Null(recovered);
        Assert.InRange(recovery.WaitBefore("order"), TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(seconds));
        Assert.Equal(TimeSpan.Zero, recovery.WaitBefore("login"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, recovery.WaitBefore("order"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public void Observe_RepeatedCallWorks_IsOneRecovery(int status)
    {
        var recovery = new Recovery(_clock);
        recovery.Observe("order", Result(status, "1"), _state, false, false, out _);
        recovery.Observe("order", Result(status, "1"), _state, false, false, out var still);
        recovery.Observe("order", Result(201), _state, false, false, out var first);
        recovery.Observe("order", Result(201), _state, false, false, out var second);

        Assert.Equal((null, "retry_after", null), (still, first, second));
    }

    [Theory]
    [InlineData(500, "1")]
    [InlineData(503, null)]
    public void Observe_ErrorThatAsksForNoWait_IsNone(int status, string? value)
    {
        var recovery = new Recovery(_clock);
        recovery.Observe("order", Result(status, value), _state, false, false, out _);

        Assert.Equal(TimeSpan.Zero, recovery.WaitBefore("order"));
        recovery.Observe("order", Result(201), _state, false, false, out var recovered);
        Assert.Null(recovered);
    }

    private static ActionResult Result(int status, string? retryAfter = null)
    {
        var exchange = new TargetExchange
        {
            Status = status,
            Headers = retryAfter is null ? [] : [new("Retry-After", retryAfter)],
            Body = Encoding.UTF8.GetBytes("{}"),
        };
        return new ActionResult
        {
            Outcome = status < 400 ? ActionOutcome.Ok : ActionOutcome.HttpError,
            ErrorType = status < 400 ? null : $"http_{status}",
            Exchange = exchange,
            Observation = "{}",
        };
    }
}
