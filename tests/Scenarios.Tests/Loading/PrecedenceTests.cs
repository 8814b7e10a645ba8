using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class PrecedenceTests
{
    [Fact]
    public void Load_AllSources_StrongestWinsAndIsNamed()
    {
        var file = Yaml.Load(Yaml.Minimal + "agents: 3\n");
        var environment = Yaml.Load(Yaml.Minimal + "agents: 3\n", new() { ["APETEST_SCENARIO__AGENTS"] = "4" });
        var flag = Yaml.Load(Yaml.Minimal + "agents: 3\n", new() { ["APETEST_SCENARIO__AGENTS"] = "4" }, new() { ["agents"] = "5" });

        Assert.Equal((1, "default"), Agents(Yaml.Load(Yaml.Minimal)));
        Assert.Equal((3, "file:7"), Agents(file));
        Assert.Equal((4, "env:APETEST_SCENARIO__AGENTS"), Agents(environment));
        Assert.Equal((5, "cli:--agents"), Agents(flag));
    }

    [Fact]
    public void Load_ThinkFlag_ReplacesTheJourneysButNotTheSteps()
    {
        var result = Yaml.Load("target: { url: \"http://127.0.0.1:5080\" }\njourneys: [ { think: 10ms, steps: [ { get: / }, { get: /b, think: 20ms } ] }, { steps: [ { get: / } ] } ]",
            commandLine: new() { ["personas[*].think"] = "1s" });

        var journeys = result.ThrowIfInvalid().Journeys;
        Assert.Equal((1, 0.02), (journeys[0].Think!.Value.Mean.TotalSeconds, journeys[0].Steps[1].Think!.Value.Mean.TotalSeconds));
        Assert.Null(journeys[1].Think);
        Assert.Equal(1, Assert.Single(result.Scenario!.Personas).Think.Mean.TotalSeconds);
    }

    [Theory]
    [InlineData("TARGET__URL", "http://127.0.0.1:9", "target.url")]
    [InlineData("LLM__MODEL", "openai/x", "llm.model")]
    [InlineData("LLM__MAXCOSTUSD", "7", "llm.maxCostUsd")]
    [InlineData("GOALS__0__GOAL", "Buy tea.", "goals[0].goal")]
    [InlineData("GOALS__0__SUCCESS__0__STATUS", "202", "goals[0].success[0].status")]
    [InlineData("GRACEFULSTOP", "5s", "gracefulStop")]
    [InlineData("THRESHOLDS__SESSION_SUCCESS", ">= 0.5", "thresholds.session_success")]
    [InlineData("TARGET__HEADERS__X_VERSION", "9", "target.headers.X-Version")]
    [InlineData("TARGET__HEADERS__ACCEPT", "9", "target.headers.accept")]
    [InlineData("DATA__USER__ROWS__0__NAME", "zoe", "data.user.rows[0].name")]
    [InlineData("TARGET__HOSTS__0", "cdn.example.com", "target.hosts[0]")]
    [InlineData("PERSONAS__0__THINK", "1s", "personas[0].think")]
    public void Load_EnvironmentVariable_SetsTheField(string name, string text, string path)
    {
        var scenario = Yaml.Minimal.Replace("5080", "5080\n  headers: { X-Version: 1 }").Replace("success: checkout=201", "success: [ { operation: checkout } ]")
            + "data: { user: { rows: [ { name: ann } ] } }\n";

        var result = Yaml.Load(scenario, new() { [ScenarioSources.EnvironmentPrefix + name] = text });

        Assert.Empty(result.Errors);
        var value = Assert.Single(result.Resolved.Values, v => v.Path == path);
        Assert.Equal((text, $"env:{ScenarioSources.EnvironmentPrefix}{name}"), (value.Text, value.Source));
    }

    [Fact]
    public void Load_HeaderInAnotherCase_ReplacesTheFilesOwn()
    {
        var scenario = Yaml.Minimal.Replace("5080", "5080\n  headers: { X-Version: 1 }", StringComparison.Ordinal).Replace("X-Version: 1", "X-Version: \"1\"", StringComparison.Ordinal);

        var result = Yaml.Load(scenario, commandLine: new() { ["target.headers[\"x-version\"]"] = "2" });

        Assert.Empty(result.Errors);
        Assert.Equal(("X-Version", "2"), Assert.Single(result.Scenario!.Target.Headers) is var (name, value) ? (name, value) : default);
        Assert.Equal("cli:--header", result.Resolved.SourceOf("target.headers.X-Version"));
    }

    [Fact]
    public void Load_WhatAuthSets_IsRedactedWhateverItsName()
    {
        const string Path = "target.headers[\"X-Plain\"]";

        var result = ScenarioLoader.Load(new ScenarioSources
        {
            Text = Yaml.Minimal,
            CommandLine = new Dictionary<string, string> { [Path] = "hush" },
            CommandLineFlags = new Dictionary<string, string> { [Path] = "--auth" },
        });

        Assert.Equal("hush", result.Scenario!.Target.Headers["X-Plain"]);
        Assert.DoesNotContain("hush", result.Resolved.ToYaml(), StringComparison.Ordinal);
        Assert.Equal("cli:--auth", result.Resolved.SourceOf("target.headers.X-Plain"));
    }

    [Theory]
    [InlineData("openai/gpt-4o", null, "1", "default")]
    [InlineData("cerebras/gpt-oss-120b", null, "1", "default")]
    [InlineData("openai/x", "https://llm.example/v1", "1", "default")]
    [InlineData("openai/x", "http://127.0.0.1:8000/v1", null, "default")]
    [InlineData("ollama/llama3.2", null, null, "default")]
    [InlineData("builtin/planner", null, null, "default")]
    public void Load_ModelThatMayCost_HasABudgetByDefault(string model, string? baseUrl, string? expected, string source)
    {
        var result = Yaml.Load(Yaml.Minimal + $"llm: {{ model: {model}{(baseUrl is null ? "" : $", baseUrl: \"{baseUrl}\"")} }}\n");

        var value = Assert.Single(result.Resolved.Values, v => v.Path == "llm.maxCostUsd");
        Assert.Equal((expected, source), (value.Text, value.Source));
        Assert.Equal(expected is null ? null : 1m, result.Scenario!.Llm.MaxCostUsd);
    }

    [Fact]
    public void Load_UnknownVariable_IsAnErrorWithSuggestion()
    {
        var error = Assert.Single(Yaml.Load(Yaml.Minimal, new() { ["APETEST_SCENARIO__AGENT"] = "5", ["APETEST_QUEUE"] = "memory" }).Errors);

        Assert.Equal("APETEST_SCENARIO__AGENT: agent: unknown field. Did you mean `agents`?", error.ToString());
    }

    [Fact]
    public void Load_EmptyVariable_SetsNothing() =>
        Assert.Equal((1, "default"), Agents(Yaml.Load(Yaml.Minimal, new() { ["APETEST_SCENARIO__AGENTS"] = "" })));

    [Fact]
    public void Load_WrongOverrides_AreQuotedByTheirOrigin()
    {
        var result = Yaml.Load(Yaml.Minimal + "duration: x\n", new() { ["APETEST_SCENARIO__LLM__TIMEOUT"] = "5" },
            new() { ["agents"] = "0", ["thresholds.ttft_p95"] = "< 5", ["goals[7].goal"] = "x", ["goals[0].success"] = "a=b" });

        Assert.Equal(
        [
            "shop.yaml:7: duration: must be a duration (got the text `x`). Use for example 2m; units are us, ms, s, m, h, d, at most 366 days.",
            "APETEST_SCENARIO__LLM__TIMEOUT: llm.timeout: needs a unit (got 5). Write 5s for seconds or 5ms for milliseconds.",
            "--goal: sets item 7 of a list of 1. The next free index is 1.",
            "--agents: agents: must be >= 1 (got 0). Use for example 20.",
            "--success: goals[0].success: `b` is not an HTTP status (at character 3). Write for example `checkout=201`, or only `checkout` for any 2xx.",
            "--threshold: thresholds.ttft_p95: `5` is not a duration with its unit. Write for example `< 500ms`.",
        ], result.Errors.Select(e => e.ToString()));
    }

    [Fact]
    public void Load_GoalFlag_ReplacesTheGoalsOfTheFile()
    {
        var scenario = Yaml.Load(Yaml.Minimal, commandLine: new() { ["goals"] = "Buy tea." }).ThrowIfInvalid();

        var goal = Assert.Single(scenario.Goals);
        Assert.Equal("Buy tea.", goal.Goal);
        Assert.Empty(goal.Success);
    }

    [Fact]
    public void Load_StarPath_SetsAllItems()
    {
        var text = Yaml.Minimal + "personas:\n  - { name: a, think: 1s }\n  - { name: b }\n";

        var scenario = Yaml.Load(text, commandLine: new() { ["personas[*].think"] = "5ms" }).ThrowIfInvalid();

        Assert.All(scenario.Personas, persona => Assert.Equal(TimeSpan.FromMilliseconds(5), persona.Think.Max));
    }

    [Fact]
    public void Load_FewerAgentsThanTheRampOfTheFile_LowersTheRamp()
    {
        var result = Yaml.Load(Yaml.Minimal + "agents: 50\nload: { shape: ramp, from: 10, to: 50, over: 5s }\n", commandLine: new() { ["agents"] = "5" });

        Assert.Equal(new LoadSpec { Shape = LoadShapeKind.Ramp, From = 5, To = 5, Over = TimeSpan.FromSeconds(5) }, result.ThrowIfInvalid().Load);
        Assert.Equal("cli:--agents", result.Resolved.SourceOf("load.to"));
    }

    private static (int, string?) Agents(ScenarioLoadResult result) => (result.ThrowIfInvalid().Agents, result.Resolved.SourceOf("agents"));
}
