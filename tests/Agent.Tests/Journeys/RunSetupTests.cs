using ApeTest.Agent.Journeys;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>What a scenario does once a run.</summary>
public sealed class RunSetupTests
{
    private const string Yaml = """
        agents: 4
        iterations: 8
        setup: [ { name: open, post: "/login?user=ann", extract: { token: $.token } } ]
        teardown: [ { name: close, get: "/items?closed={{token}}" } ]
        journeys: [ { name: j, steps: [ { name: order, post: /orders, headers: { Authorization: "Bearer {{token}}" }, json: {}, check: 201 } ] } ]
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("lean")]
    [InlineData("sockets")]
    public async Task Begin_WhatItExtracts_IsKnownInEverySessionAndInNoFigure(string transport)
    {
        await using var shop = await JourneyShop.StartAsync();
        var plan = JourneyPlans.Of(Yaml, shop.Url, $", transport: {transport}");

        plan = await RunSetup.BeginAsync(plan, new AgentOptions(), TimeProvider.System, Cancelled);
        await using var host = await WorkerHost.StartAsync(new Uri("http://127.0.0.1:9"));
        var totals = await host.RunAsync(plan);
        await RunSetup.EndAsync(plan, new AgentOptions(), TimeProvider.System, Cancelled);

        Assert.Equal(8, totals.Ended(SessionOutcome.Succeeded));
        Assert.Equal(["order"], totals.Batches.SelectMany(batch => batch.Metrics.Http.Keys).Distinct());
        Assert.All(shop.Orders.Values, user => Assert.Equal("ann", user));
        Assert.Equal(["/login", .. Enumerable.Repeat("/orders", 8), "/items"], shop.Requests.Select(request => request.Path));
        Assert.Equal("?closed=token-of-ann", shop.Requests.Last().Query);
    }

    [Fact]
    public async Task Begin_StepThatFails_IsExit3AndNamesIt()
    {
        await using var shop = await JourneyShop.StartAsync();
        var plan = JourneyPlans.Of(Yaml.Replace("/login?", "/nowhere?", StringComparison.Ordinal), shop.Url);

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => RunSetup.BeginAsync(plan, new AgentOptions(), TimeProvider.System, Cancelled));

        Assert.Equal(ExitCodes.Environment, exception.ExitCode);
        Assert.Contains("`setup` failed: http_404: open", exception.Message, StringComparison.Ordinal);
        Assert.Single(shop.Requests);
    }

    [Fact]
    public async Task Begin_Cancelled_SaysSo()
    {
        await using var shop = await JourneyShop.StartAsync();
        shop.Fault = async context =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            return true;
        };
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var setup = RunSetup.BeginAsync(JourneyPlans.Of(Yaml, shop.Url), new AgentOptions(), TimeProvider.System, cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => setup);
    }

    [Fact]
    public async Task Begin_GroupsInTheSetup_AreInNoFigure()
    {
        await using var shop = await JourneyShop.StartAsync();
        var plan = JourneyPlans.Of(Yaml.Replace("setup: [ {", "setup: [ { group: g, steps: [ { get: /items } ] }, {", StringComparison.Ordinal), shop.Url);

        Assert.Equal("token-of-ann", (await RunSetup.BeginAsync(plan, new AgentOptions(), TimeProvider.System, Cancelled)).Shared["token"]);
    }

    [Fact]
    public async Task Begin_NothingToDo_IsThePlanItself()
    {
        var plan = JourneyPlans.Of("agents: 1\njourneys: [ { name: j, steps: [ { get: / } ] } ]");

        Assert.Same(plan, await RunSetup.BeginAsync(plan, new AgentOptions(), TimeProvider.System, Cancelled));
    }
}
