using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;

namespace ApeTest.Scenarios.Tests.Loading;

/// <summary>What docs/scenario.md and docs/oracles.md show can be loaded.</summary>
public sealed partial class ScenarioDocsTests : IDisposable
{
    private static readonly (string Name, string Text)[] Files =
    [
        ("users.csv", "name,password\nann,hunter2\n"),
        ("cards.json", "[ { \"number\": \"4111\", \"owner\": { \"name\": \"Ann\" }, \"limits\": [ 100 ] } ]"),
        ("vouchers.jsonl", "{ \"code\": \"A\" }\n{ \"code\": \"B\" }\n"),
    ];

    private readonly TempDirectory _directory = new();

    public ScenarioDocsTests()
    {
        foreach (var (name, text) in Files)
        {
            File.WriteAllText(_directory.Combine(name), text);
        }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Docs_EveryYamlBlock_Loads()
    {
        var blocks = YamlBlock().Matches(Docs()).Select(match => match.Groups[1].Value).ToArray();

        Assert.Equal(4, blocks.Length);
        foreach (var block in blocks)
        {
            var text = block.Contains("target:", StringComparison.Ordinal) ? block
                : block.Contains("goals:", StringComparison.Ordinal) ? "target: { url: \"http://127.0.0.1:5080\" }\n" + block
                : Yaml.Minimal + block;
            var scenario = Yaml.Load(text, directory: _directory.Path).ThrowIfInvalid();
            Assert.NotEmpty(SessionInputs.Create(scenario, 1, 0, 0, TimeProvider.System).GoalText);
        }
    }

    [Theory]
    [InlineData("load.md", 3)]
    [InlineData("journeys.md", 2)]
    public void Docs_YamlBlocksOfOtherPages_Load(string page, int count)
    {
        var blocks = YamlBlock().Matches(Docs(page)).Select(static match => match.Groups[1].Value).ToArray();

        Assert.Equal(count, blocks.Length);
        Assert.All(blocks, static block => Assert.Empty(Yaml.Load(
            (block.Contains("target:", StringComparison.Ordinal) ? "" : block.Contains("journeys:", StringComparison.Ordinal) ? "target: { url: \"http://127.0.0.1:5080\" }\n" : Yaml.Minimal) + block).Errors));
    }

    [Fact]
    public void Samples_Journey_Loads()
    {
        var scenario = ScenarioLoader.LoadFile(Sample("shop-buy.yaml")).ThrowIfInvalid();

        Assert.Equal(["login", "products", "logout"], Assert.Single(scenario.Journeys).Steps.Select(static step => step.Name).OfType<string>());
    }

    [Fact]
    public void Docs_ConditionsOfOracles_Load()
    {
        var block = Assert.Single(YamlBlock().Matches(Docs("oracles.md"))).Groups[1].Value;

        var goal = Assert.Single(Yaml.Valid("target: { url: \"http://127.0.0.1:5080\" }\n" + block).Goals);

        Assert.Equal((6, 1), (goal.Success.Length, goal.Failure.Length));
    }

    [Fact]
    public void Docs_EveryCall_IsAGenerator()
    {
        var calls = Call().Matches(Docs()).Select(match => match.Value.Replace("\\|", "|", StringComparison.Ordinal)).Distinct().ToArray();

        Assert.All(calls, call => Assert.Single(Template.Parse(call).Generators));
        Assert.All(GeneratorParser.Examples.Keys, name => Assert.Contains(calls, call => call.StartsWith($"{{{{{name}(", StringComparison.Ordinal)));
    }

    private static string Sample(string name, [CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "samples", "journeys", name);

    private static string Docs(string name = "scenario.md", [CallerFilePath] string source = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "docs", name));

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"\{\{[a-z]+\([^`}]*\)\}\}")]
    private static partial Regex Call();
}
