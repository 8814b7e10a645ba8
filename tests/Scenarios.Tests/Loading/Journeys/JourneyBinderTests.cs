using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;

namespace ApeTest.Scenarios.Tests.Loading.Journeys;

public sealed class JourneyBinderTests : IDisposable
{
    private const string Head = "target: { url: \"http://127.0.0.1:5080\" }\n";

    private const string Whole = """
        target: { url: "http://127.0.0.1:5080", hosts: [ "cdn.example.com:8080" ] }
        data:
          user: { rows: [ { name: ann, password: hunter2 }, { name: bob, password: secret } ], order: unique }
          order: { generate: { id: "{{uuid()}}" } }
        secrets: [ user.password ]
        setup:
          - { post: /seed, check: 201, extract: { batch: $.id } }
        teardown:
          - delete: /seed/{{batch}}
        journeys:
          - name: buy
            weight: 3
            think: 200ms..800ms
            timeout: 30s
            setup: [ { get: /, extract: { csrf: "css:input[name=csrf]@value" } } ]
            teardown: [ { post: /bye, form: { csrf: "{{csrf}}" } } ]
            steps:
              - name: login
                post: /auth/login?x={{user.name}}
                query: { page: "{{batch}}", tag: [ a, b ], n: 2 }
                headers: { X-A: "{{csrf}}", Authorization: "Bearer ${TOKEN}", Content-Type: application/vnd.x+json }
                json: { name: "{{user.name}}", qty: 2, whole: "{{batch:json}}", deep: { list: [ 1, null, true ] } }
                extract: { token: $.access_token, loc: "header:Location", sid: "cookie:sid", no: "regex:no\\. (\\d+)", t: "xpath://order/id" }
                check: { status: 200, json: { $.ok: true, $.name: "{{user.name}}" }, header: { Location: { contains: / } }, text: "hello", regex: "o+", within: 500ms, maxBytes: 1MB }
                think: lognormal(1s, 500ms)
                timeout: 5s
                redirects: 0
                retries: 2
                continue: true
              - if: { status: 404 }
                then: [ { put: "/x/{{no}}", text: "{{t}}", extract: { page: $.page } } ]
                else: [ { request: "PURGE /x", xml: "<a>{{t}}</a>" } ]
              - repeat: 3
                steps: [ { patch: /y, multipart: { note: "hi {{page}}", doc: { file: a.pdf, contentType: application/pdf } } } ]
              - while: { value: { next: { exists: true } } }
                max: 20
                steps: [ { get: /list, query: { cursor: "{{next}}" }, extract: { next: $.next } } ]
              - group: checkout
                steps:
                  - { name: pay it, post: /graphql, graphql: "query($id: ID!) { p(id: $id) }", variables: { id: "{{order.id}}" }, check: "200|202" }
                  - { get: "http://cdn.example.com:8080/a.js" }
                  - { post: /up, file: a.pdf, contentType: application/pdf }
              - { get: "{{loc}}" }
              - think: 2s
              - if: { chance: 0.2, status: [ 0, 5xx ] }
                then: [ { head: "/orders/{{user.name}}/{{uuid()}}" } ]
            success: [ { operation: pay it, status: 200 }, { operation: login }, { read: "GET /o/{{token}}/{{csrf}}/{{batch}}", status: 200 } ]
            failure: "login=5xx"

        """;

    private readonly TempDirectory _directory = new();

    public JourneyBinderTests() => File.WriteAllBytes(_directory.Combine("a.pdf"), [0, 255, 7]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Load_WholeJourney_BindsEveryField()
    {
        var scenario = Load(Whole).ThrowIfInvalid();

        var journey = Assert.Single(scenario.Journeys);
        Assert.Equal(("buy", 3, TimeSpan.FromSeconds(30)), (journey.Name, journey.Weight, journey.Timeout));
        Assert.Equal("{\"batch\":\"$.id\"}", System.Text.Json.JsonSerializer.Serialize(scenario.Setup[0].Request!.Extract));
        Assert.Equal("DELETE /seed/{batch}", scenario.Teardown[0].Name);
        var login = journey.Steps[0].Request!;
        Assert.Equal(("POST", "/auth/login?x={{user.name}}", 0, 2, true), (login.Method, login.Path, login.Redirects, login.Retries, login.Continue));
        Assert.Equal(["page={{batch}}", "tag=a", "tag=b", "n=2"], login.Query.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal(["X-A: {{csrf}}", "Authorization: Bearer {{env.TOKEN}}"], login.Headers.Select(pair => $"{pair.Key}: {pair.Value}"));
        Assert.Equal("s3cret", scenario.Environment["TOKEN"]);
        Assert.Equal("{\"name\":\"{{user.name}}\",\"qty\":2,\"whole\":\"{{batch:json}}\",\"deep\":{\"list\":[1,null,true]}}", login.Body!.Json);
        Assert.Equal("application/vnd.x+json", login.Body.ContentType);
        Assert.Equal(("200", 1_000_000L, TimeSpan.FromSeconds(0.5)), (login.Check.Status, login.Check.MaxBytes, login.Check.Within));
        Assert.Equal(ThinkTime.Lognormal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5)), journey.Steps[0].Think);
        Assert.Equal(("404", "PUT /x/{no}", "PURGE"), (journey.Steps[1].If!.Condition.Status, journey.Steps[1].If!.Then[0].Name, journey.Steps[1].If!.Else[0].Request!.Method));
        Assert.Equal((3, "a.pdf", "AP8H"), (journey.Steps[2].Loop!.Times, journey.Steps[2].Loop!.Steps[0].Request!.Body!.Multipart[1].FileName, journey.Steps[2].Loop!.Steps[0].Request!.Body!.Multipart[1].Bytes));
        Assert.Equal((null, 20, "{\"exists\":true}"), (journey.Steps[3].Loop!.Times, journey.Steps[3].Loop!.Max, journey.Steps[3].Loop!.While!.Value["next"]));
        Assert.Equal(("checkout", "200|202", "GET /a.js"), (journey.Steps[4].Group, journey.Steps[4].Steps[0].Request!.Check.Status, journey.Steps[4].Steps[1].Name));
        Assert.Equal("AP8H", journey.Steps[4].Steps[2].Request!.Body!.Bytes);
        Assert.Equal(("{{loc}}", "GET {loc}"), (journey.Steps[5].Request!.Path, journey.Steps[5].Name));
        Assert.Equal((TimeSpan.FromSeconds(2), null), (journey.Steps[6].Think!.Value.Mean, journey.Steps[6].Request));
        Assert.Equal(("0|5xx", 0.2, "HEAD /orders/{user.name}/{uuid}"), (journey.Steps[7].If!.Condition.Status, journey.Steps[7].If!.Condition.Chance, journey.Steps[7].If!.Then[0].Name));
        Assert.Equal(["pay it", "login", null], journey.Success.Select(condition => condition.Operation));
    }

    [Fact]
    public void Plan_WholeJourney_SurvivesTheQueueAndCountsInTheHash()
    {
        var scenario = Load(Whole).ThrowIfInvalid();
        var plan = RunPlanner.Create(scenario, "run", 1);

        var json = RunPlanJson.Serialize(plan);

        Assert.Equal(json, RunPlanJson.Serialize(RunPlanJson.Deserialize(json)));
        var other = RunPlanner.Create(Load(Whole.Replace("/bye", "/ciao", StringComparison.Ordinal)).ThrowIfInvalid(), "run", 1);
        Assert.NotEqual(plan.PlanSha256, other.PlanSha256);
        Assert.Equal(plan.PlanSha256, RunPlanner.Create(Load(Whole).ThrowIfInvalid(), "run", 2).PlanSha256);
    }

    [Fact]
    public void Plan_DeepestNesting_SurvivesTheQueue()
    {
        var text = string.Concat(Enumerable.Range(0, 15).Select(_ => "[ { if: { chance: 0.5 }, then: ")) + "[ { get: / } ]" + string.Concat(Enumerable.Repeat(" } ]", 15));

        var plan = RunPlanner.Create(Yaml.Valid($"{Head}journeys: [ {{ steps: {text} }} ]"), "run", 1);

        Assert.Equal(RunPlanJson.Serialize(plan), RunPlanJson.Serialize(RunPlanJson.Deserialize(RunPlanJson.Serialize(plan))));
    }

    [Fact]
    public void Resolved_WholeJourney_IsReadAgainAsTheSameAndShowsNoSecret()
    {
        var first = Load(Whole);
        var yaml = first.Resolved.ToYaml();

        Assert.DoesNotContain("s3cret", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", yaml, StringComparison.Ordinal);
        var again = Load(yaml).ThrowIfInvalid();
        Assert.Equal(Json(first.ThrowIfInvalid()), Json(again));

        static string Json(Scenario scenario) =>
            RunPlanJson.Serialize(RunPlanner.Create(scenario with { Data = scenario.Data.Clear(), Name = "x", Thresholds = [] }, "run", 1));
    }

    [Fact]
    public void Load_EnvironmentAndCommandLine_SetFieldsOfSteps()
    {
        var result = Yaml.Load($"{Head}journeys: [ {{ name: a, steps: [ {{ get: / }}, {{ group: g, steps: [ {{ get: /y, headers: {{ Authorization: x }} }} ] }} ] }} ]",
            environment: new()
            {
                ["APETEST_SCENARIO__JOURNEYS__0__THINK"] = "2s", ["APETEST_SCENARIO__JOURNEYS__0__STEPS__0__CHECK__STATUS"] = "204",
                ["APETEST_SCENARIO__JOURNEYS__0__STEPS__1__STEPS__0__HEADERS__AUTHORIZATION"] = "Bearer abcdef",
            },
            commandLine: new() { ["journeys[0].steps[0].redirects"] = "0" });

        var journey = result.ThrowIfInvalid().Journeys[0];
        Assert.Equal((TimeSpan.FromSeconds(2), "204", 0), (journey.Think!.Value.Mean, journey.Steps[0].Request!.Check.Status, journey.Steps[0].Request!.Redirects));
        Assert.Equal("Bearer abcdef", journey.Steps[1].Steps[0].Request!.Headers[0].Value);
        Assert.DoesNotContain("abcdef", result.Resolved.ToYaml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManyMistakes_AreAllTold()
    {
        var result = Yaml.Load($"{Head}journeys: [ {{ weight: 0, steps: [ {{ get: x, chekc: 200 }}, {{ post: /, json: {{}}, form: {{ a: b }} }}, {{}} ] }} ]");

        Assert.Equal(5, result.Errors.Length);
        Assert.All(result.Errors, error => Assert.Equal(2, error.Line));
    }

    [Fact]
    public void Load_GoalAndJourney_NeedDifferentNames() => Assert.Contains(
        "the name `a` is given twice", Assert.Single(Yaml.Load($"{Head}goals: [ {{ name: a, goal: Buy. }} ]\njourneys: [ {{ name: a, steps: [ {{ get: / }} ] }} ]").Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Load_MutatedJourneys_NeverThrow()
    {
        const string Alphabet = "{}[]:,-?&*!|>'\"%@` \n\t#$abc019.\\~=</u0085é";
        string[] loads = ["", "load: { shape: breakpoint, to: 90/s, by: 9/s, every: 5s, until: { http_p95: \"< 1s\" } }\n", "load: { shape: custom, arrivals: poisson, stages: [ { to: 5/s, over: 3s } ] }\n"];
        var random = new Random(20261121);
        var outcomes = new HashSet<bool>();
        for (var round = 0; round < 1500; round++)
        {
            var text = new System.Text.StringBuilder(Whole + loads[round % loads.Length]);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(text.Length);
                _ = random.Next(3) switch
                {
                    0 => text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)),
                    1 => text.Insert(at, Alphabet[random.Next(Alphabet.Length)]),
                    _ => text.Replace(text[at], Alphabet[random.Next(Alphabet.Length)], at, 1),
                };
            }
            var result = Load(text.ToString());
            outcomes.Add(result.IsValid);
            if (result.Scenario is { } scenario)
            {
                var json = RunPlanJson.Serialize(RunPlanner.Create(scenario, "run", 1));
                Assert.Equal(json, RunPlanJson.Serialize(RunPlanJson.Deserialize(json)));
            }
        }
        Assert.Equal(2, outcomes.Count);
    }

    private ScenarioLoadResult Load(string text) =>
        Yaml.Load(text, environment: new() { ["TOKEN"] = "s3cret" }, directory: _directory.Path);
}
