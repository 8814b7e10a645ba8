using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class ResolvedScenarioTests
{
    private const string Text = """
        name: shop-checkout
        target:
          url: http://127.0.0.1:5080
          headers: { X-Api-Key: literal-key, X-Trace: "${TRACE_MODE}", X-Kind: "a: b" }
        personas:
          - { name: hurried, prompt: "Quick!\nNow \"please\"." }
        data:
          user:
            rows:
              - { name: ann, password: hunter2 }
              - { name: "123", password: hunter3 }
        secrets: [ user.password ]
        goals:
          - goal: Log in as {{user.name}} / {{user.password}}.
            success: checkout=201{orderId=$.id}; GET /orders/{{orderId}}
        thresholds: { mtba_active_p95: "<1s" }
        """;

    private const string Golden = """
        name: shop-checkout # file:1
        target:
          name: target # default
          sample: null # default
          url: http://127.0.0.1:5080 # cli:--target
          openapi: null # default
          graphql: null # default
          hosts: [] # default
          headers:
            X-Api-Key: "***" # file:4, redacted
            X-Trace: "***" # file:4, redacted, from ${TRACE_MODE}
            X-Kind: "a: b" # file:4
          timeout: 30s # default
          insecure: false # default
          connections: own # default
          maxConnections: 256 # default
          http: auto # default
          transport: auto # default
          sourceAddresses: [] # default
          dnsTtl: 5m # default
          proxy: null # default
        agents: 4 # env:APETEST_SCENARIO__AGENTS
        duration: 30s # default
        iterations: null # default
        seed: null # default
        load:
          shape: constant # default
          rate: null # default
          arrivals: even # default
          from: null # default
          to: null # default
          by: null # default
          every: null # default
          over: null # default
          base: null # default
          peak: null # default
          at: null # default
          hold: null # default
          stages: [] # default
          until: {} # default
          precision: null # default
        llm:
          model: builtin/planner # default
          fallback: [] # default
          baseUrl: null # default
          maxCostUsd: null # default
          maxTokens: null # default
          maxRequests: null # default
          maxCompletionTokens: 1024 # default
          temperature: 0 # default
          timeout: 1m # default
        personas:
          - name: hurried # file:6
            prompt: "Quick!\nNow \"please\"." # file:6
            think: "0" # default
            patience: null # default
            weight: 1 # default
        data:
          user:
            rows:
              - name: ann # file:10
                password: "***" # file:10, redacted
              - name: "123" # file:11
                password: "***" # file:11, redacted
            order: sequential # default
            onEnd: recycle # default
        secrets:
          - user.password # file:12
        goals:
          - name: goal-1 # default
            weight: 1 # default
            goal: Log in as {{user.name}} / {{user.password}}. # file:14
            success:
              - operation: checkout # file:15
                status: 201 # file:15
                capture:
                  orderId: $.id # file:15
              - read: GET /orders/{{orderId}} # file:15
        setup: [] # default
        journeys: [] # default
        teardown: [] # default
        thresholds:
          mtba_active_p95: "< 1s" # file:16
          session_success: "> 0" # default
          agent_error_rate: "<= 0.05" # default
        session:
          maxSteps: 25 # default
          timeout: 2m # default
          maxTokens: null # default
          maxCostUsd: null # default
        telemetry:
          sample: null # default
        gateway: null # default
        gracefulStop: 30s # default

        """;

    private static readonly Dictionary<string, string> Environment = new() { ["APETEST_SCENARIO__AGENTS"] = "4", ["TRACE_MODE"] = "from-variable" };
    private static readonly Dictionary<string, string> CommandLine = new() { ["target.url"] = "http://127.0.0.1:5080" };

    [Fact]
    public void ToYaml_EverySource_IsTheGoldenText() =>
        Assert.Equal(Golden, Yaml.Load(Text, Environment, CommandLine).Resolved.ToYaml(), ignoreLineEndingDifferences: true);

    [Fact]
    public void ToYaml_Secrets_AreInNoPartOfTheResult()
    {
        var resolved = Yaml.Load(Text, Environment, CommandLine).Resolved;

        var everything = resolved.ToYaml() + string.Join('\n', resolved.Values);
        Assert.All(new[] { "hunter2", "hunter3", "literal-key", "from-variable" }, secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));
    }

    [Fact]
    public void ToYaml_LoadedAgain_IsTheSameScenario()
    {
        const string Plain = Yaml.Minimal + """
            seed: 7
            data: { user: { rows: [ { name: "true", note: " x # y: z ", empty: "", odd: "\u0085\t\\é" } ] } }
            personas: [ { think: 200ms..1.5s, weight: 0.25, prompt: "- no list" } ]
            thresholds: { "http_p95{operation=checkout}": "< 300ms", session_success: ">= 95%" }
            """;
        var first = Yaml.Load(Plain);

        var second = Yaml.Load(first.Resolved.ToYaml());

        Assert.Empty(second.Errors);
        Assert.Equal(Json(first.ThrowIfInvalid()).Replace("\"default\"", "\"scenario\""), Json(second.ThrowIfInvalid()));
    }

    [Fact]
    public void ToYaml_EveryKindOfCondition_IsTheSameWhenLoadedAgain()
    {
        var first = Yaml.Load("""
            target: { url: "http://127.0.0.1:5080" }
            goals:
              - goal: Buy coffee.
                success:
                  - { operation: pay, status: [ 200, 202 ], capture: { a: $.id, b: "header:Location regex:/([^/]+)$" }, header: { Location: { contains: /o/ } }, text: "Thank: you", regex: "no\\. \\d" }
                  - any: [ "x=2xx; y", { all: [ { operation: z, json: { $.t: { min: 1, not: 3 }, $.o: { equals: { k: [ 1, null ] } } } } ] } ]
                  - not: { read: "GET /o/{{a}}", as: nobody, status: 2xx }
                  - captured: { a: "{{b}}" }
                  - state: { v: { exists: true } }
                failure: "pay=5xx"
            """);

        var second = Yaml.Load(first.Resolved.ToYaml());

        Assert.Empty(first.Errors);
        Assert.Empty(second.Errors);
        Assert.Equal(Json(first.ThrowIfInvalid()).Replace("\"default\"", "\"scenario\""), Json(second.ThrowIfInvalid()));
        Assert.Equal("file:7", first.Resolved.SourceOf("goals[0].success[2].not.as"));
    }

    [Fact]
    public void WithDerivedSuccess_ToYaml_MarksEachValueAndCanBeLoadedAgain()
    {
        var plain = Yaml.Load(Yaml.Minimal.Replace("success: checkout=201", "weight: 1", StringComparison.Ordinal));
        SuccessCondition[] conditions =
        [
            new() { Operation = "tasks_update", Status = 200, Capture = Map("taskId", "$.id"), Json = Map("$.title", "\"a: #b\"") },
            new() { Read = "GET /tasks/{{taskId}}", Json = Map("$.done", "true") },
        ];

        var resolved = plain.Resolved.WithDerivedSuccess(0, [.. conditions]);

        Assert.Contains("- operation: tasks_update # derived", resolved.ToYaml(), StringComparison.Ordinal);
        Assert.All(resolved.Values.Where(value => value.Path.StartsWith("goals[0].success[", StringComparison.Ordinal)), value => Assert.Equal("derived", value.Source));
        var again = Yaml.Load(resolved.ToYaml());
        Assert.Empty(again.Errors);
        Assert.Equal(JsonSerializer.Serialize(conditions), JsonSerializer.Serialize(again.ThrowIfInvalid().Goals[0].Success));
    }

    [Fact]
    public void SourceOf_UnknownPath_IsNull() => Assert.Null(Yaml.Load(Yaml.Minimal).Resolved.SourceOf("nowhere"));

    private static ImmutableSortedDictionary<string, string> Map(string key, string value) => ImmutableSortedDictionary<string, string>.Empty.Add(key, value);

    private static string Json(ApeTest.Scenarios.Model.Scenario scenario) => RunPlanJson.Serialize(RunPlanner.Create(scenario, "run", 1) with { PlanSha256 = "" });
}
