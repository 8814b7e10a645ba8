using ApeTest.Runs.Queue;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>What every <see cref="IRunQueue"/> does when the rate of a run is changed.</summary>
public abstract partial class RunQueueContract
{
    [Fact]
    public async Task Rate_Ordered_ReachesWorkersAndLeasesFromATimeAheadOn()
    {
        var plan = await SubmitSearchAsync(new ArrivalRate(100, TimeSpan.FromSeconds(1)));
        Assert.True((await ClaimAsync("w1")).Orders.Rates.IsEmpty);
        await AdvanceAsync(TimeSpan.FromSeconds(8));

        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Rate, PerSecond: 20), Cancellation);

        var rates = (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].Rates;
        Assert.Equal([RateStep.First(10), new RateStep(rates[1].Since, rates[1].Before, 20)], rates);
        Assert.InRange(rates[1].Since, TimeSpan.FromSeconds(8) + RateStep.Lead, AtMost(TimeSpan.FromSeconds(8)) + RateStep.Lead);
        Assert.Equal(10 * rates[1].Since.TotalSeconds, rates[1].Before, 6);
        Assert.Equal(rates, (await ClaimAsync("w2")).Orders.Rates);
    }

    [Theory]
    [InlineData(100.0, 0)]
    [InlineData(100.0, -5)]
    [InlineData(100.0, double.NaN)]
    [InlineData(null, 5)]
    public async Task Rate_ThatTheRunCannotHave_Throws(double? rate, double perSecond)
    {
        var plan = await SubmitSearchAsync(rate is { } highest ? new ArrivalRate(highest, TimeSpan.FromSeconds(1)) : null);
        await ClaimAsync("w1");

        await Assert.ThrowsAsync<ArgumentException>(() => Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Rate, PerSecond: perSecond), Cancellation));

        Assert.True((await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run].Rates.IsEmpty);
    }

    [Fact]
    public async Task Rate_AfterAStop_ChangesNothing()
    {
        var plan = await SubmitSearchAsync(new ArrivalRate(100, TimeSpan.FromSeconds(1)));
        await ClaimAsync("w1");
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop, Reason: "completed"), Cancellation);
        await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Rate, PerSecond: 20), Cancellation);

        Assert.Equal(new RunOrders(null, StopStage.Drain), (await Queue.HeartbeatAsync("w1", Cancellation)).Runs[plan.Run]);
        await Queue.AppendAsync(Batch(plan, final: true), Cancellation);
        Assert.Equal("completed", (await EndAsync(plan.Run)).Status);
    }

    private async Task<RunPlan> SubmitSearchAsync(ArrivalRate? highest)
    {
        static LoadLevel Level(double value, bool isRate) => new(value, isRate ? TimeSpan.FromSeconds(1) : null);
        var plan = TestRun.Plan(100);
        plan = plan with
        {
            Scenario = plan.Scenario with
            {
                Load = new LoadSpec
                {
                    Shape = LoadShapeKind.Breakpoint, Rate = highest, To = Level(100, highest is not null), By = Level(10, highest is not null), Every = TimeSpan.FromSeconds(5),
                },
            },
        };
        await Queue.SubmitAsync(plan, Cancellation);
        return plan;
    }
}
