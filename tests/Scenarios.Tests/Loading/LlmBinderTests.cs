using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class LlmBinderTests
{
    private const string Whole = """
        llm:
          model: cerebras/gpt-oss-120b
          fallback: [ ollama/llama3.2, builtin/planner ]
          maxTokens: 5000
          maxRequests: 40
          cassette: { file: models.jsonl, mode: replay, speed: 0 }
        """;

    [Fact]
    public void Load_FallbackRequestsAndCassette_AreRead()
    {
        var directory = Path.GetTempPath();

        var llm = Yaml.Load(Yaml.Minimal + Whole, directory: directory).ThrowIfInvalid().Llm;

        Assert.Equal(["ollama/llama3.2", "builtin/planner"], llm.Fallback);
        Assert.Equal(["cerebras/gpt-oss-120b", "ollama/llama3.2", "builtin/planner"], llm.Models);
        Assert.Equal((5000, 40), (llm.MaxTokens, llm.MaxRequests));
        Assert.Equal(new CassetteSpec { File = Path.Combine(directory, "models.jsonl"), Mode = CassetteUse.Replay, Speed = 0 }, llm.Cassette);
        Assert.Equal(LlmSpec.Chain, llm.Asked);
    }

    [Fact]
    public void Load_NoneOfThem_AsksTheModelItself()
    {
        var llm = Yaml.Valid(Yaml.Minimal).Llm;

        Assert.Equal((true, LlmSpec.BuiltInPlanner, null, null), (llm.Fallback.IsEmpty, llm.Asked, llm.MaxRequests, llm.Cassette));
    }

    [Fact]
    public void Plan_FallbackAndCassette_SurviveTheQueue()
    {
        var llm = Yaml.Valid(Yaml.Minimal + Whole).Llm;

        var plan = RunPlanner.Create(Yaml.Valid(Yaml.Minimal + Whole), "run", 1);
        var again = RunPlanJson.Deserialize(RunPlanJson.Serialize(plan)).Scenario.Llm;

        Assert.Equal(llm.Fallback, again.Fallback);
        Assert.Equal((llm.MaxRequests, llm.Cassette), (again.MaxRequests, again.Cassette));
    }

    [Theory]
    [InlineData("llm: { model: builtin/planner, fallback: [ cerebras/x ] }", 1.0)]
    [InlineData("llm: { model: builtin/planner, fallback: [ ollama/x ] }", null)]
    [InlineData("llm: { model: openai/x, baseUrl: \"http://127.0.0.1:1/v1\", fallback: [ openai/y ] }", null)]
    [InlineData("llm: { model: openai/x, baseUrl: \"http://127.0.0.1:1/v1\", fallback: [ cerebras/y ] }", 1.0)]
    public void Load_FallbackThatMayCost_GivesTheRunABudget(string text, double? budget) =>
        Assert.Equal((decimal?)budget, Yaml.Valid(Yaml.Minimal + text).Llm.MaxCostUsd);

    [Theory]
    [InlineData("llm: { fallback: ollama/x }", "llm.fallback", "must be a list")]
    [InlineData("llm: { fallback: [ gpt ] }", "llm.fallback[0]", "must be provider/model")]
    [InlineData("llm: { fallback: [ olama/x ] }", "llm.fallback[0]", "Did you mean `ollama`?")]
    [InlineData("llm: { fallback: [ ollama/x, ollama/x ] }", "llm.fallback", "a second time")]
    [InlineData("llm: { fallback: [ builtin/planner ] }", "llm.fallback", "a second time")]
    [InlineData("llm: { maxRequests: 0 }", "llm.maxRequests", "")]
    [InlineData("llm: { cassette: models.jsonl }", "llm.cassette", "must be a mapping")]
    [InlineData("llm: { cassette: { mode: replay } }", "llm.cassette.file", "is missing")]
    [InlineData("llm: { cassette: { file: c, mode: play } }", "llm.cassette.mode", "`replay`")]
    [InlineData("llm: { cassette: { file: c, speed: -1 } }", "llm.cassette.speed", "")]
    [InlineData("llm: { cassette: { file: c, sped: 1 } }", "llm.cassette.sped", "Did you mean `speed`?")]
    public void Load_Wrong_SaysWhereAndHow(string text, string path, string words)
    {
        var error = Assert.Single(Yaml.Load(Yaml.Minimal + text).Errors);

        Assert.Equal((path, 7), (error.Path, error.Line));
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }
}
