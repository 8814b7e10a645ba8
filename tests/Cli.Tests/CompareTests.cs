using System.Buffers;
using System.Text.Json;
using ApeTest.Runs.Comparison;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class CompareTests
{
    private const string Base = "20261121-131502-7f3a";
    private const string Other = "20261121-141502-91b0";

    [Fact]
    public async Task Compare_TwiceAsSlow_IsWorseAndGolden()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1);
        Run(cli, Other, slower: 2);

        var result = await cli.RunAsync("compare", Base, Other);

        Assert.Equal(ExitCodes.ThresholdFailed, result.Code);
        Assert.All(result.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Golden.Check("compare.txt", result.Out);
    }

    [Fact]
    public async Task Compare_AsMarkdown_IsGolden()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1);
        Run(cli, Other, slower: 0.5);

        var result = await cli.RunAsync("compare", "7f3a", "last", "--format", "md");

        Assert.Equal(ExitCodes.Done, result.Code);
        Golden.Check("compare.md", result.Out);
    }

    [Fact]
    public async Task Compare_WithItself_IsTheSameAndSaysSo()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1);

        var result = await cli.RunAsync("compare", "last", "--format", "json");

        Assert.Equal(ExitCodes.Done, result.Code);
        var comparison = JsonSerializer.Deserialize(result.Out, ComparisonJson.Default.RunComparison)!;
        Assert.Equal(Verdicts.Same, comparison.Verdict);
        Assert.Contains("The run is compared with itself.", comparison.Warnings);
    }

    [Fact]
    public async Task Compare_AShortRunWithItself_IsToldOnce()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1, blocks: 1);

        var result = await cli.RunAsync("compare", "last", "--format", "json");

        var comparison = JsonSerializer.Deserialize(result.Out, ComparisonJson.Default.RunComparison)!;
        Assert.Single(comparison.Warnings, static warning => warning.Contains("1 block of 10 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compare_ShortRuns_AreNoVerdict()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1);
        Run(cli, Other, slower: 2, blocks: 3);

        var result = await cli.RunAsync("compare", Base);

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Contains("has 3 blocks of 10 s", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("Verdict: not enough data to tell\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_OneBlock_IsSaidInGoodEnglish()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1);
        Run(cli, Other, slower: 2, blocks: 1);

        var text = await cli.RunAsync("compare", Base, "--format", "json");
        var markdown = await cli.RunAsync("compare", Base, "--format", "md");

        Assert.Contains("has 1 block of 10 s;", text.Out, StringComparison.Ordinal);
        Assert.Contains("shop-checkout: not enough data to tell", markdown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_SamplesOnOtherPorts_AreTheSameTarget()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1, scenario: Sample(4001), drawn: true);
        Run(cli, Other, slower: 1, scenario: Sample(4002), drawn: true);

        Assert.DoesNotContain("target.url", (await cli.RunAsync("compare", Base)).Out, StringComparison.Ordinal);

        static string Sample(int port) => Scenario(20, "builtin/planner").Replace("url: \"http://127.0.0.1:1/\"", $"sample: shop, url: \"http://127.0.0.1:{port}/\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_AnotherScenario_NamesWhatDiffers()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1, scenario: Scenario(agents: 20, model: "builtin/planner"));
        Run(cli, Other, slower: 1.01, scenario: Scenario(agents: 50, model: "openai/gpt-x"));

        var result = await cli.RunAsync("compare", Base, "--format", "json");

        var warnings = JsonSerializer.Deserialize(result.Out, ComparisonJson.Default.RunComparison)!.Warnings;
        Assert.Contains("agents was 20 and is 50.", warnings);
        Assert.Contains("llm.model was builtin/planner and is openai/gpt-x.", warnings);
        Assert.DoesNotContain(warnings, static warning => warning.StartsWith("seed", StringComparison.Ordinal));
        Assert.Contains(warnings, static warning => warning.Contains("is suspect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compare_DamagedHistograms_IsRefused()
    {
        using var cli = new CliHarness();
        Run(cli, Base, slower: 1);
        await File.WriteAllTextAsync(Run(cli, Other, slower: 1).HistogramsFile, "APEH?", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("compare", Base);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains($"the distributions of run {Other} cannot be read", result.Error, StringComparison.Ordinal);
        Assert.Contains($"ape-test rerun {Other}", result.Error, StringComparison.Ordinal);
    }

    private static string Scenario(int agents, string model) =>
        $"name: shop\nseed: {agents}\ntarget: {{ url: \"http://127.0.0.1:1/\" }}\nagents: {agents}\nllm: {{ model: {model} }}\ngoals: [ {{ name: a, goal: buy, success: \"x=200\" }} ]\n";

    private static RunDirectory Run(CliHarness cli, string run, double slower, int blocks = 12, string? scenario = null, bool drawn = false)
    {
        var directory = RunsOnDisk.Finished(cli, run);
        Directory.CreateDirectory(directory.Data);
        File.WriteAllText(directory.InputFile, $$"""{"base_directory":"/","address_drawn":{{(drawn ? "true" : "false")}}}""");
        File.WriteAllText(directory.ScenarioFile, scenario ?? Scenario(20, "builtin/planner"));
        using var writer = new RunDirectoryWriter(directory, new RunDirectoryLimits(), static (_, error) => throw error);
        var random = new Random(run[^1]);
        for (var block = 0; block < blocks; block++)
        {
            var metrics = new MetricsDelta();
            for (var i = 0; i < 100; i++)
            {
                var duration = TimeSpan.FromMilliseconds((20 + (10 * random.NextDouble())) * slower);
                metrics.Actions.Duration.Record(duration);
                metrics.Intervals.Active.Record(duration * 3);
                metrics.Ttft.Record(duration / 2);
            }
            writer.AppendHistograms(TimeSpan.FromSeconds(block * 10), TimeSpan.FromSeconds((block + 1) * 10), metrics);
            writer.AppendPoint(new TimePoint
            {
                T = (block * 10) + 9, At = DateTimeOffset.UnixEpoch, Agents = 20, AgentsTarget = 20, Succeeded = (int)(40 / slower), Failed = 1, Actions = 100, Errors = 1,
            });
        }
        return directory;
    }
}
