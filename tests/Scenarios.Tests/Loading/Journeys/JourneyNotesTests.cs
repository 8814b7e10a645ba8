using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Tests.Loading.Journeys;

public sealed class JourneyNotesTests
{
    [Theory]
    [InlineData("journeys: [ { name: one, think: 1s, steps: [ { get: / } ] } ]")]
    [InlineData("journeys: [ { name: one, steps: [ { group: g, steps: [ { get: / } ] } ] } ]\npersonas: [ { think: 1s } ]")]
    public void Load_OneRequestThatNeverThinks_Warns(string text) =>
        Assert.Contains("journey `one` has one request and never thinks", Assert.Single(Load(text).Notes), StringComparison.Ordinal);

    [Theory]
    [InlineData("journeys: [ { name: one, steps: [ { get: / } ] } ]")]
    [InlineData("journeys: [ { name: one, think: 1s, steps: [ { get: / }, { think: 1s } ] } ]")]
    [InlineData("journeys: [ { name: one, think: 1s, steps: [ { get: / }, { get: / } ] } ]")]
    [InlineData("journeys: [ { name: one, think: 1s, steps: [ { repeat: 2, steps: [ { get: / } ] } ] } ]")]
    [InlineData("journeys: [ { name: one, think: 1s, steps: [ { get: / } ] } ]\nload: { rate: 5/s }")]
    public void Load_ThinkTimeThatApplies_SaysNothing(string text) => Assert.Empty(Load(text).Notes);

    [Fact]
    public void Load_ThinkOfTheFirstStep_Warns() => Assert.Contains("the think time of its first step `q` has no effect",
        Assert.Single(Load("journeys: [ { steps: [ { name: q, get: /, think: 100ms }, { get: / } ] } ]").Notes), StringComparison.Ordinal);

    [Theory]
    [InlineData("llm: { model: openai/x }", "shop.yaml:3: llm has no effect")]
    [InlineData("session: { maxSteps: 1 }", "shop.yaml:3: session.maxSteps has no effect")]
    [InlineData("session: { maxTokens: 1 }", "session.maxTokens has no effect")]
    [InlineData("personas: [ { prompt: hi } ]", "personas[].prompt has no effect")]
    public void Load_FieldOfGoalsOnly_Warns(string field, string words) =>
        Assert.Contains(words, Assert.Single(Load("journeys: [ { steps: [ { get: / } ] } ]\n" + field).Notes), StringComparison.Ordinal);

    [Fact]
    public void Load_PoolThatIsNotShared_Warns() => Assert.Contains("target.maxConnections has no effect", Assert.Single(Yaml.Load(
        "target: { url: \"http://127.0.0.1:5080\", maxConnections: 3 }\njourneys: [ { steps: [ { get: / } ] } ]").Notes), StringComparison.Ordinal);

    [Theory]
    [InlineData("thresholds: { \"http_p95{operation=serch}\": \"< 1s\" }", "no step is named `serch`. Did you mean `search`?")]
    [InlineData("load: { shape: breakpoint, rate: 10/s, until: { \"http_p95{operation=zzzzzz}\": \"< 1s\" } }", "no step is named `zzzzzz`. Steps: GET /, search.")]
    public void Load_ThresholdOfAnOperationThatNoStepHas_IsRefused(string field, string words) => Assert.Contains(words,
        string.Join('\n', Load("journeys: [ { steps: [ { get: / }, { group: g, steps: [ { name: search, get: /s } ] } ] } ]\n" + field).Errors), StringComparison.Ordinal);

    private static ScenarioLoadResult Load(string text) => Yaml.Load("target: { url: \"http://127.0.0.1:5080\" }\n" + text);
}
