using ApeTest.Observability.Collecting;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.Observability.Tests;

public sealed class RunBrakesTests
{
    [Fact]
    public async Task Stop_TheQueueDoesNotTakeIt_IsOrderedAgainAndOnceItDidNoMore()
    {
        var plan = RunPlanner.Create(
            new Scenario { Name = "shop", Target = new TargetSpec { Url = new Uri("http://127.0.0.1:5080") }, Llm = new LlmSpec { MaxTokens = 100 } }, CollectorHost.Run, seed: 1);
        var aggregate = new RunAggregate(plan, "distributed", "full");
        var recorder = new BlockRecorder(plan, plan.Blocks()[0], epoch: 1, "w1", new FakeTimeProvider());
        recorder.ModelCall(new ModelUse("p", "m", TimeSpan.FromSeconds(1), TimeSpan.Zero, null, 100, 10, false, 0, 0));
        aggregate.Add(recorder.Drain(final: false));
        var orders = new List<(bool Now, string Reason)>();
        var brakes = new RunBrakes(aggregate, new Lock(), (now, reason) =>
        {
            orders.Add((now, reason));
            return orders.Count == 1 ? throw new TimeoutException("the database is away") : Task.CompletedTask;
        }, NullLogger.Instance);

        for (var batch = 0; batch < 4; batch++)
        {
            await brakes.StopWhereDueAsync();
        }

        Assert.Equal([(true, "budget"), (true, "budget")], orders);
    }
}
