using System.Text.Json;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Scenarios.Tests.Loading;

namespace ApeTest.Scenarios.Tests.Planning;

public sealed class RunPlannerTests
{
    private static readonly Scenario Scenario = Yaml.Valid("""
        name: full
        target: { url: "http://127.0.0.1:5080/base", openapi: /openapi.json, graphql: /graphql, hosts: [ "a:1", b ], headers: { b: "1", A: "2" }, timeout: 1500ms, insecure: true }
        agents: 7
        duration: 1h30m
        iterations: 100
        seed: -9
        load: { shape: ramp, from: 0, to: 7, over: 10s }
        llm: { model: openai/x, baseUrl: "http://127.0.0.1:1/v1", maxCostUsd: 1.25, maxTokens: 5, temperature: 0.7, timeout: 5s, planner: { ttft: 50ms, tokensPerSecond: 200 } }
        personas: [ { name: p, prompt: "é 😀", think: 1ms..2ms, weight: 0.5 } ]
        data: { B: { rows: [ { x: "1", y: "<&>" } ] }, a: { rows: [ { z: q } ] } }
        secrets: [ B.y ]
        goals:
          - { name: g, weight: 2, goal: "Go {{B.x}}", success: [ { operation: o, status: 201, capture: { Id: $.id, a: $.a } }, { read: "GET /o/{{Id}}", json: { $.n: 3 } },
              { any: [ { all: [ { operation: p, status: "2xx", capture: { where: "header:Location regex:/([^/]+)$" }, header: { Location: { matches: "^/o/" } }, text: thanks, regex: "no\\\\. [0-9]+" } ] }, { read: "GET /o", as: nobody, status: [ 401, 403 ], json: { $.l: { count: { min: 1 } } } } ] },
              { captured: { Id: "{{a}}" } }, { state: { x: { exists: true } } }, { not: "q=5xx" } ],
              failure: [ "o=500; GET /o/{{Id}}=404" ] }
        thresholds: { session_success: ">= 0.95", "http_p95{operation=o}": "< 300ms" }
        session: { maxSteps: 9, timeout: 1m, maxTokens: 1000, maxCostUsd: 0.05 }
        telemetry: { sample: 0.5 }
        gateway: in-process
        gracefulStop: 0
        """);

    [Fact]
    public void Serialize_FullPlan_RoundTrips()
    {
        var plan = RunPlanner.Create(Scenario, "20261121-131502-7f3a", 5, "{\"openapi\":\"3.0.0\"}", graphQlSchema: "{\"data\":{}}");

        var json = RunPlanJson.Serialize(plan);
        var copy = RunPlanJson.Deserialize(json);

        Assert.Equal(json, RunPlanJson.Serialize(copy));
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<RunPlan>(json, RunPlanJson.Options), RunPlanJson.Options));
        Assert.Equal(plan.Scenario.Target.Url, copy.Scenario.Target.Url);
        Assert.Equal(plan.Scenario.Personas[0].Think, copy.Scenario.Personas[0].Think);
        Assert.Equal(plan.Scenario.Llm, copy.Scenario.Llm);
        Assert.Equal(new PlannerSpec { Ttft = TimeSpan.FromMilliseconds(50), TokensPerSecond = 200 }, copy.Scenario.Llm.Planner);
        Assert.Equal((plan.Scenario.Target.GraphQl, plan.GraphQlSchema, 0.05m), (copy.Scenario.Target.GraphQl, copy.GraphQlSchema, copy.Scenario.Session.MaxCostUsd));
        Assert.Equal(plan.Scenario.Load, copy.Scenario.Load);
        Assert.Equal(plan.Scenario.Thresholds, copy.Scenario.Thresholds);
        Assert.Equal(plan.Scenario.Data["B"].Rows[0], copy.Scenario.Data["B"].Rows[0]);
        Assert.Equal("3", copy.Scenario.Goals[0].Success[1].Json["$.n"]);
        Assert.Equal(GatewayMode.InProcess, copy.Scenario.Gateway);
        Assert.Equal((ReadAs.Nobody, "401|403"), (copy.Scenario.Goals[0].Success[2].Any[1].As, copy.Scenario.Goals[0].Success[2].Any[1].Statuses));
        Assert.Equal("q", copy.Scenario.Goals[0].Success[5].Not!.Operation);
        Assert.Equal(2, Assert.Single(copy.Scenario.Goals[0].Failure).All.Length);
        Assert.Equal(7, copy.Slots);
    }

    [Fact]
    public void Serialize_EveryPropertyOfTheModel_IsInTheJson()
    {
        using var json = JsonDocument.Parse(RunPlanJson.Serialize(RunPlanner.Create(Scenario, "run", 5)));

        var scenario = json.RootElement.GetProperty("scenario");
        Assert.All(typeof(Scenario).GetProperties().Where(static property => property.CanWrite), property => Assert.True(scenario.TryGetProperty(JsonNamingPolicy.CamelCase.ConvertName(property.Name), out _), property.Name));
    }

    [Fact]
    public void Create_TargetOnAnotherFreePort_HasTheSamePlanHashWhereThatWasDrawn()
    {
        static RunPlan At(int port, bool isDrawn) => RunPlanner.Create(Scenario with { Target = Scenario.Target with { Url = new Uri($"http://127.0.0.1:{port}/") } }, "run", 1,
            $"{{\"servers\":[{{\"url\":\"http://127.0.0.1:{port}\"}}]}}", isAddressDrawn: isDrawn);

        Assert.Equal(At(4001, isDrawn: true).PlanSha256, At(4002, isDrawn: true).PlanSha256);
        Assert.NotEqual(At(4001, isDrawn: false).PlanSha256, At(4002, isDrawn: false).PlanSha256);
        Assert.Equal(4001, At(4001, isDrawn: true).Scenario.Target.Url.Port);
    }

    [Fact]
    public void Create_ThresholdsThatAnotherAskedFor_HaveTheSamePlanHash()
    {
        var by = Scenario with { Thresholds = [.. Scenario.Thresholds.Reverse().Select(static threshold => threshold with { By = "default" })] };
        var other = Scenario with { Thresholds = [.. Scenario.Thresholds.Select(static threshold => threshold with { Value = 0.5 })] };

        Assert.Equal(RunPlanner.Create(Scenario, "run", 1).PlanSha256, RunPlanner.Create(by, "run", 1).PlanSha256);
        Assert.NotEqual(RunPlanner.Create(Scenario, "run", 1).PlanSha256, RunPlanner.Create(other, "run", 1).PlanSha256);
    }

    [Fact]
    public void Create_RowsOfACopiedFile_HaveTheSamePlanHash()
    {
        static RunPlan From(string file, string cell) => RunPlanner.Create(Scenario with { Data = Scenario.Data.SetItem("a", Scenario.Data["a"] with { Csv = file, Rows = [[cell]] }) }, "run", 1);

        Assert.Equal(From("users.csv", "x").PlanSha256, From("elsewhere/users.csv", "x").PlanSha256);
        Assert.NotEqual(From("users.csv", "x").PlanSha256, From("users.csv", "y").PlanSha256);
    }

    [Fact]
    public void Create_OtherRunAndSeed_HaveTheSamePlanHash()
    {
        var first = RunPlanner.Create(Scenario, "run-1", 1);
        var second = RunPlanner.Create(Scenario with { Seed = 77 }, "run-2");

        Assert.Equal(first.PlanSha256, second.PlanSha256);
        Assert.Matches("^[0-9a-f]{64}$", first.PlanSha256);
        Assert.Equal(77, second.Seed);
        Assert.Equal(1, first.Seed);
    }

    [Fact]
    public void Create_ManyTimes_HasOnePlanHash() =>
        Assert.Single(Enumerable.Range(0, 30).Select(_ => RunPlanner.Create(Scenario, "run", 1).PlanSha256).Distinct());

    [Fact]
    public void Create_OtherScenarioOrDocument_HasAnotherPlanHash()
    {
        var hashes = new[]
        {
            RunPlanner.Create(Scenario, "run", 1),
            RunPlanner.Create(Scenario with { Agents = 8 }, "run", 1),
            RunPlanner.Create(Scenario, "run", 1, "{}"),
            RunPlanner.Create(Scenario, "run", 1, graphQlSchema: "{}"),
            RunPlanner.Create(Scenario, "run", 1, oracle: "derived"),
        }.Select(plan => plan.PlanSha256);

        Assert.Equal(5, hashes.Distinct().Count());
    }

    [Fact]
    public void Create_Data_IsHashedByItsRows()
    {
        var plan = RunPlanner.Create(Scenario, "run", 1);
        var feed = Scenario.Data["B"];
        var sameRows = RunPlanner.Create(Scenario with { Data = Scenario.Data.SetItem("B", feed with { Csv = "elsewhere.csv" }) }, "run", 1);
        var otherRows = RunPlanner.Create(Scenario with { Data = Scenario.Data.SetItem("B", feed with { Rows = [["2", "x"]] }) }, "run", 1);

        Assert.Equal(plan.DataSha256, sameRows.DataSha256);
        Assert.NotEqual(plan.DataSha256, otherRows.DataSha256);
        Assert.Null(RunPlanner.Create(Yaml.Valid(Yaml.Minimal), "run").DataSha256);
    }

    [Fact]
    public void Create_NoSeed_DrawsOne()
    {
        var seeds = Enumerable.Range(0, 5).Select(_ => RunPlanner.Create(Yaml.Valid(Yaml.Minimal), "run").Seed);

        Assert.True(seeds.Distinct().Count() > 1);
    }

    [Theory]
    // Its ramp is 10 s long.
    [InlineData(null, null, 10)]
    [InlineData(null, 5, null)]
    [InlineData(60, null, 60)]
    [InlineData(60, 5, 60)]
    public void Create_DurationAndIterations_FollowTheDefaultRule(int? seconds, int? iterations, int? expected)
    {
        var scenario = Scenario with { Duration = seconds is { } s ? TimeSpan.FromSeconds(s) : null, Iterations = iterations };

        Assert.Equal(expected, RunPlanner.Create(scenario, "run", 1).Scenario.Duration?.TotalSeconds);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(7, 100)]
    [InlineData(7, 3)]
    [InlineData(50, 50)]
    public void IterationsOf_AllSlots_SumToTheTotal(int agents, int iterations)
    {
        var plan = RunPlanner.Create(Scenario with { Agents = agents, Iterations = iterations }, "run", 1);

        var shares = Enumerable.Range(0, agents).Select(slot => plan.IterationsOf(slot)!.Value).ToList();

        Assert.Equal(iterations, shares.Sum());
        Assert.True(shares.Max() - shares.Min() <= 1);
    }

    [Fact]
    public void IterationsOf_Unlimited_IsNull() =>
        Assert.Null(RunPlanner.Create(Scenario with { Iterations = null }, "run", 1).IterationsOf(0));

    [Fact]
    public void Blocks_AllSlots_AreCoveredOnce()
    {
        var blocks = RunPlanner.Create(Scenario with { Agents = 120 }, "run", 1).Blocks();

        Assert.Equal([new RunBlock(0, 0, 40), new RunBlock(1, 40, 40), new RunBlock(2, 80, 40)], blocks);
    }
}
