using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class ScenarioLoaderTests : IDisposable
{
    private const string Design = """
        # yaml-language-server: $schema=./ape.schema.json
        name: shop-checkout
        target:
          url: http://127.0.0.1:5080
          openapi: /openapi/v1.json
        agents: 50
        duration: 2m
        seed: 42
        load: { shape: ramp, from: 1, to: 50, over: 30s }
        llm: { model: cerebras/gpt-oss-120b, maxCostUsd: 2 }
        personas:
          - { name: hurried, think: 200ms..800ms, prompt: "You are in a hurry." }
        data: { user: { csv: users.csv } }
        secrets: [ user.password ]
        goals:
          - name: buy-coffee
            weight: 3
            goal: Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.
            success:
              - { operation: checkout, status: 201, capture: { orderId: $.id } }
              - { read: "GET /orders/{{orderId}}", status: 200 }
        journeys: []
        thresholds:
          session_success: ">= 0.95"
          agent_error_rate: "<= 0.05"
          mtba_active_p95: "< 1s"
          ttft_p95: "< 500ms"
          "http_p95{operation=checkout}": "< 300ms"
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("ape-scenarios-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Load_DesignExample_IsTheModel()
    {
        File.WriteAllText(Path.Combine(_directory, "users.csv"), "name,password\nann,pw-1\nbob,pw-2\n");
        var path = Path.Combine(_directory, "shop.yaml");
        File.WriteAllText(path, Design);

        var result = ScenarioLoader.Load(new ScenarioSources { File = path });

        Assert.Empty(result.Errors);
        var scenario = result.ThrowIfInvalid();
        Assert.Equal("shop-checkout", scenario.Name);
        Assert.Equal(new Uri("http://127.0.0.1:5080"), scenario.Target.Url);
        Assert.Equal("/openapi/v1.json", scenario.Target.OpenApi);
        Assert.Equal(50, scenario.Agents);
        Assert.Equal(TimeSpan.FromMinutes(2), scenario.Duration);
        Assert.Null(scenario.Iterations);
        Assert.Equal(42, scenario.Seed);
        Assert.Equal(new LoadSpec { Shape = LoadShapeKind.Ramp, From = 1, To = 50, Over = TimeSpan.FromSeconds(30) }, scenario.Load);
        Assert.Equal("cerebras/gpt-oss-120b", scenario.Llm.Model);
        Assert.Equal(2m, scenario.Llm.MaxCostUsd);
        var persona = Assert.Single(scenario.Personas);
        Assert.Equal(new ThinkTime(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800)), persona.Think);
        Assert.Equal("You are in a hurry.", persona.Prompt);
        Assert.Equal(["name", "password"], scenario.Data["user"].Columns);
        Assert.Equal("pw-2", scenario.Data["user"].Rows[1][1]);
        Assert.Equal(["user.password"], scenario.Secrets);
        var goal = Assert.Single(scenario.Goals);
        Assert.Equal(3, goal.Weight);
        Assert.Equal("checkout", goal.Success[0].Operation);
        Assert.Equal("$.id", goal.Success[0].Capture["orderId"]);
        Assert.Equal("GET /orders/{{orderId}}", goal.Success[1].Read);
        Assert.Equal(200, goal.Success[1].Status);
        Assert.Equal(["session_success", "agent_error_rate", "mtba_active_p95", "ttft_p95", "http_p95{operation=checkout}"],
            scenario.Thresholds.Select(t => t.Metric));
        Assert.Equal(new ThresholdSpec("ttft_p95", "<", 0.5, "< 500ms", "scenario"), scenario.Thresholds[3]);
        Assert.Equal([Path.Combine(_directory, "users.csv")], result.DataFiles);
    }

    [Fact]
    public void Load_MinimalScenario_HasTheDefaults()
    {
        var scenario = Yaml.Valid(Yaml.Minimal);

        Assert.Equal(1, scenario.Agents);
        Assert.Equal(TimeSpan.FromSeconds(30), scenario.Duration);
        Assert.Equal(LlmSpec.BuiltInPlanner, scenario.Llm.Model);
        Assert.Equal(new SessionSpec(), scenario.Session);
        Assert.Equal((1, 0.01), (scenario.SampleFor(SessionKind.Goal), scenario.SampleFor(SessionKind.Journey)));
        Assert.Equal((GatewayMode.Remote, GatewayMode.InProcess), (scenario.GatewayFor(SessionKind.Goal), scenario.GatewayFor(SessionKind.Journey)));
        Assert.Equal(TimeSpan.FromSeconds(30), scenario.GracefulStop);
        Assert.Equal("goal-1", scenario.Goals[0].Name);
        Assert.Equal([new ThresholdSpec("session_success", ">", 0, "> 0", "default"), new ThresholdSpec("agent_error_rate", "<=", 0.05, "<= 0.05", "default")], scenario.Thresholds);
    }

    [Fact]
    public void Load_IterationsOnly_HasNoDuration()
    {
        var scenario = Yaml.Valid(Yaml.Minimal + "iterations: 7\n");

        Assert.Null(scenario.Duration);
        Assert.Equal(7, scenario.Iterations);
    }

    [Fact]
    public void Load_JsonWithTabsAndEscapes_IsReadLikeYaml()
    {
        const string Json = """
            {
            	"$schema": "./ape.schema.json",
            	"target": {	"url": "http:\/\/127.0.0.1:5080", "headers": {"X-Name": "caf\u00e9 \ud83d\ude00"}, "insecure": true },
            	"agents":20,"seed":-5,
            	"load": null,
            	"telemetry": {"sample": 2.5e-1},
            	"goals": [
            		{ "goal": "Buy \"coffee\".\n\\{{ stays \\{{", "success": [ {"operation": "checkout", "json": {"$.paid": true, "$.n": 3, "$.who": "x", "$.list": [1, null]}} ] }
            	],
            	"thresholds": {}
            }
            """;

        var scenario = Yaml.Valid(Json);

        Assert.Equal("shop", ScenarioLoader.Load(new ScenarioSources { Text = Json, File = "shop.json" }).ThrowIfInvalid().Name);
        Assert.Equal(20, scenario.Agents);
        Assert.Equal(-5, scenario.Seed);
        Assert.Equal("café 😀", scenario.Target.Headers["X-Name"]);
        Assert.True(scenario.Target.Insecure);
        Assert.Equal(0.25, scenario.Telemetry.Sample);
        Assert.Equal("Buy \"coffee\".\n\\{{ stays \\{{", scenario.Goals[0].Goal);
        var json = scenario.Goals[0].Success[0].Json;
        Assert.Equal("true", json["$.paid"]);
        Assert.Equal("3", json["$.n"]);
        Assert.Equal("\"x\"", json["$.who"]);
        Assert.Equal("[1,null]", json["$.list"]);
    }

    [Fact]
    public void Load_SuccessAsText_IsTheSameAsTheMapping()
    {
        var text = Yaml.Valid(Yaml.Minimal.Replace("checkout=201", "checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200"));
        var mapping = Yaml.Valid(Yaml.Minimal.Replace("success: checkout=201", """
            success:
                  - { operation: checkout, status: 201, capture: { orderId: $.id } }
                  - { read: "GET /orders/{{orderId}}", status: 200 }
            """));

        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(mapping.Goals[0].Success), System.Text.Json.JsonSerializer.Serialize(text.Goals[0].Success));
    }

    [Fact]
    public void Load_AliasedValues_AreCopies()
    {
        var result = Yaml.Load("""
            target: { url: "http://127.0.0.1:5080" }
            goals:
              - &first { name: a, goal: Buy coffee., success: &ok "checkout=201" }
              - { name: b, goal: Buy tea., success: *ok }
            """, commandLine: new() { ["goals[0].success"] = "login" });

        var scenario = result.ThrowIfInvalid();
        Assert.Equal("login", scenario.Goals[0].Success[0].Operation);
        Assert.Equal("checkout", scenario.Goals[1].Success[0].Operation);
    }

    [Fact]
    public void Load_InlineRowsOfAnyScalar_AreText()
    {
        var scenario = Yaml.Valid(Yaml.Minimal + "data: { user: { rows: [ { name: ann, pin: 0042 }, { pin: true, name: bob } ] } }\n");

        Assert.Equal(["name", "pin"], scenario.Data["user"].Columns);
        Assert.Equal(["ann", "0042"], scenario.Data["user"].Rows[0]);
        Assert.Equal(["bob", "true"], scenario.Data["user"].Rows[1]);
    }

    [Fact]
    public void Load_NoFileWithFlags_IsAScenario()
    {
        var result = ScenarioLoader.Load(new ScenarioSources
        {
            CommandLine = new Dictionary<string, string>
            {
                ["target.url"] = "http://127.0.0.1:9", ["goals"] = "Borrow a book.", ["goals[0].success"] = "borrow=201", ["personas[*].think"] = "100ms",
                ["thresholds.http_p95{operation=borrow.book}"] = "< 1s", ["target.headers[\"X-Api.Version\"]"] = "2",
            },
        });

        var scenario = result.ThrowIfInvalid();
        Assert.Equal("ad-hoc", scenario.Name);
        Assert.Equal("Borrow a book.", scenario.Goals[0].Goal);
        Assert.Equal(201, scenario.Goals[0].Success[0].Status);
        Assert.Equal(TimeSpan.FromMilliseconds(100), scenario.Personas[0].Think.Min);
        Assert.Contains(scenario.Thresholds, t => t is { Metric: "http_p95{operation=borrow.book}", By: "cli" });
        Assert.Equal("2", scenario.Target.Headers["X-Api.Version"]);
    }

    [Fact]
    public void Load_VariableInHeader_IsResolved()
    {
        var text = Yaml.Minimal.Replace("5080", "5080\n  headers: { Authorization: \"Bearer ${TOKEN}\", X-Cost: \"$${PRICE}\" }");

        var scenario = Yaml.Load(text, new() { ["TOKEN"] = "abc" }).ThrowIfInvalid();

        Assert.Equal("Bearer abc", scenario.Target.Headers["Authorization"]);
        Assert.Equal("${PRICE}", scenario.Target.Headers["X-Cost"]);
    }

    [Fact]
    public void ThrowIfInvalid_SeveralErrors_ListsAllOnePerLine()
    {
        var result = Yaml.Load(Yaml.Minimal + "agents: 0\nduration: -5s\n");

        var exception = Assert.Throws<ApeTestException>(() => result.ThrowIfInvalid());

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Equal("shop.yaml:7: agents: must be >= 1 (got 0). Use for example 20.\n"
            + "shop.yaml:8: duration: must not be negative (got -5s). Use for example 2m.", exception.Message);
        Assert.Null(result.Scenario);
    }

    [Fact]
    public void Load_FileThatIsNotThere_NamesItsNeighbour()
    {
        File.WriteAllText(Path.Combine(_directory, "checkout.yaml"), Yaml.Minimal);

        var error = Assert.Single(ScenarioLoader.Load(new ScenarioSources { File = Path.Combine(_directory, "chekout.yaml"), TextName = "chekout.yaml" }).Errors);

        Assert.Equal("chekout.yaml: does not exist. Did you mean `checkout.yaml`?", error.ToString());
    }

    [Fact]
    public void Load_Directory_IsAnError() =>
        Assert.Equal("is a directory", Assert.Single(ScenarioLoader.Load(new ScenarioSources { File = _directory }).Errors).Message);

    [Fact]
    public void Load_BrokenCsv_NamesFileAndLine()
    {
        File.WriteAllText(Path.Combine(_directory, "users.csv"), "name,password\nann,1\nbob\n\"x\n");

        var result = Yaml.Load(Yaml.Minimal + "data: { user: { csv: users.csv } }\n", directory: _directory);

        const string Rule = "A feed is a line with the names of its columns, then at least one row with as many fields.";
        Assert.Equal(["users.csv:3: data.user: has 1 field, the header has 2. " + Rule, "users.csv:4: data.user: a quoted field does not end. " + Rule],
            result.Errors.Select(e => e.ToString()));
    }
}
