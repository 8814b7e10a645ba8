using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Records;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Declared conditions of journeys, beside the checks of their steps.</summary>
public sealed class JourneyConditionTests
{
    private const string Yaml = """
        agents: 1
        iterations: 1
        telemetry: { sample: 1 }
        journeys:
        - name: j
          steps:
          - { name: login, post: "/login?user=ann", extract: { token: $.token } }
          - { name: order, post: /orders, headers: { Authorization: "Bearer {{token}}" }, json: {}, extract: { order: $.id } }

        """;

    [Theory]
    [InlineData("lean")]
    [InlineData("sockets")]
    public async Task Run_ReadThatProvesIt_ShowsTheSessionsCookiesAndToken(string transport)
    {
        await using var shop = await JourneyShop.StartAsync();

        var record = await RunAsync(shop, "success: [ { operation: order, status: 201 }, { read: \"GET /orders/{{order}}\", status: 200, json: { $.state: placed } } ]", transport);

        Assert.Equal((SessionOutcome.Succeeded, 2), (record.Outcome, shop.Count("/login") + shop.Count("/orders")));
        Assert.Equal(1, shop.Count("/orders/o1"));
        Assert.Equal(4, record.Evidence.Length);
        Assert.Equal(2, record.Actions.Length);
    }

    [Fact]
    public async Task Run_ReadAlone_ShowsTheTokenThatNoConditionWatched()
    {
        await using var shop = await JourneyShop.StartAsync();

        var record = await RunAsync(shop, "success: [ { read: \"GET /orders/{{order}}\", status: 200 } ]");

        Assert.Equal((SessionOutcome.Succeeded, 1), (record.Outcome, shop.Count("/orders/o1")));
    }

    [Fact]
    public async Task Run_ReadThatDisproves_Fails()
    {
        await using var shop = await JourneyShop.StartAsync();

        var record = await RunAsync(shop, "success: [ { read: \"GET /orders/{{order}}\", status: 404 } ]");

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.StartsWith("evidence: ", record.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RedirectToALoginPage_ProvesNothingOfTheOperation()
    {
        await using var shop = await JourneyShop.StartAsync();
        shop.Fault = context =>
        {
            var redirects = context.Request.Path == "/orders";
            if (redirects)
            {
                context.Response.Redirect("/items");
            }
            return Task.FromResult(redirects);
        };

        var record = await RunAsync(shop, "success: [ { operation: order, status: 200 } ]", more: ", redirects: 1", extract: "\"$.items[0].id\"");

        Assert.Equal((SessionOutcome.Failed, 1), (record.Outcome, shop.Count("/items")));
        Assert.StartsWith("evidence: ", record.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FailureCondition_EndsTheSession()
    {
        await using var shop = await JourneyShop.StartAsync();

        var record = await RunAsync(shop, "failure: [ { operation: login, status: 200 } ]");

        Assert.Equal(SessionOutcome.Failed, record.Outcome);
        Assert.Equal(0, shop.Count("/orders"));
    }

    [Fact]
    public async Task Run_StepFailed_IsNotReadAnyMore()
    {
        await using var shop = await JourneyShop.StartAsync();
        shop.Fault = context =>
        {
            var fails = context.Request.Path == "/orders";
            context.Response.StatusCode = fails ? 500 : 200;
            return Task.FromResult(fails);
        };

        var record = await RunAsync(shop, "success: [ { read: \"GET /items\", status: 200 } ]");

        Assert.StartsWith("http_500: order", record.Reason, StringComparison.Ordinal);
        Assert.Equal(0, shop.Count("/items"));
    }

    [Fact]
    public async Task Run_NothingDeclared_ReadsNothing()
    {
        await using var shop = await JourneyShop.StartAsync();

        var record = await RunAsync(shop, "");

        Assert.Equal((SessionOutcome.Succeeded, 2, 2), (record.Outcome, shop.Requests.Count, record.Evidence.Length));
    }

    private static async Task<SessionRecord> RunAsync(JourneyShop shop, string conditions, string transport = "lean", string more = "", string extract = "$.id")
    {
        await using var host = await WorkerHost.StartAsync(new Uri("http://127.0.0.1:9"));
        return Assert.Single((await host.RunAsync(JourneyPlans.Of($"{Yaml.Replace("$.id }", $"{extract} }}{more}", StringComparison.Ordinal)}  {conditions}\n", shop.Url, $", transport: {transport}"))).Sessions);
    }
}
