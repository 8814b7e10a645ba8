using ApeTest.Scenarios;
using YamlDotNet.RepresentationModel;

namespace ApeTest.Cli.Tests.Init;

/// <summary>The workflow and the stack that init writes.</summary>
public sealed class InitFilesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workflow_OfTheRoot_UploadsHiddenFilesAndPublishesJUnit()
    {
        using var cli = new CliHarness();

        Assert.Equal(ExitCodes.Done, (await cli.RunAsync("init", "-y")).Code);

        var steps = Steps(cli.Directory.Combine(".github", "workflows", "ape-test.yml"), out var directory);
        Assert.Equal(".", directory);
        var upload = Assert.Single(steps, static step => Text(step, "uses")?.StartsWith("actions/upload-artifact", StringComparison.Ordinal) == true);
        Assert.Equal("true", Text((YamlMappingNode)upload["with"], "include-hidden-files"));
        Assert.Contains(".ape/runs\n", Text((YamlMappingNode)upload["with"], "path")!, StringComparison.Ordinal);
        var junit = Assert.Single(steps, static step => Text(step, "uses")?.Contains("junit-report", StringComparison.Ordinal) == true);
        Assert.Equal(("junit.xml", "always()"), (Text((YamlMappingNode)junit["with"], "report_paths"), Text(junit, "if")));
    }

    [Fact]
    public async Task Workflow_OfADirectoryInARepository_LiesAtItsRootAndRunsInTheDirectory()
    {
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli.Directory.Combine(".git"));

        var result = await cli.RunAsync("init", "-y", "load/shop");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.Contains(".github/workflows/ape-test-shop.yml ", result.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cli.Directory.Combine("load", "shop", ".github")));
        var steps = Steps(cli.Directory.Combine(".github", "workflows", "ape-test-shop.yml"), out var directory);
        Assert.Equal("load/shop", directory);
        var upload = Assert.Single(steps, static step => Text(step, "uses")?.StartsWith("actions/upload-artifact", StringComparison.Ordinal) == true);
        Assert.Equal(["load/shop/summary.json", "load/shop/junit.xml", "load/shop/.ape/runs", "!load/shop/.ape/runs/**/control.token"], Text((YamlMappingNode)upload["with"], "path")!.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("load/shop/junit.xml", Text((YamlMappingNode)Assert.Single(steps, static step => Text(step, "uses")?.Contains("junit", StringComparison.Ordinal) == true)["with"], "report_paths"));
    }

    [Fact]
    public async Task Workflow_OfATargetWithAHeader_PassesItsVariable()
    {
        using var cli = new CliHarness();
        cli.Variables["LLM_KEY"] = "sk-planted-1";

        var result = await cli.RunAsync("init", "-y", "--template", "llm", "--target", "http://127.0.0.1:9", "--header", "Authorization: Bearer ${LLM_KEY}");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var steps = Steps(cli.Directory.Combine(".github", "workflows", "ape-test.yml"), out _);
        foreach (var command in new[] { "ape-test validate", "ape-test start" })
        {
            var step = Assert.Single(steps, step => Text(step, "run")?.StartsWith(command, StringComparison.Ordinal) == true);
            Assert.Equal("${{ secrets.LLM_KEY }}", Text((YamlMappingNode)step["env"], "LLM_KEY"));
        }
    }

    [Fact]
    public async Task Stack_OfInit_IsWrittenWithItsSecretsIgnored()
    {
        using var cli = new CliHarness();
        cli.Variables["CEREBRAS_API_KEY"] = "csk-planted-2";

        var result = await cli.RunAsync("init", "-y", "--template", "rest");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var file = await File.ReadAllTextAsync(cli.Directory.Combine("ape.docker-compose.yml"), Token);
        Assert.Contains("path: ape.stack/compose.yaml", file, StringComparison.Ordinal);
        // The sample is a container of it, whatever profiles are on.
        Assert.DoesNotContain("profiles: [shop]", await File.ReadAllTextAsync(cli.Directory.Combine("ape.stack", "compose.yaml"), Token), StringComparison.Ordinal);
        Assert.Contains("http://shop:5080", await File.ReadAllTextAsync(cli.Directory.Combine("ape.stack", "config", "ape.mcp-gateway.json"), Token), StringComparison.Ordinal);
        Assert.Equal("csk-planted-2", await File.ReadAllTextAsync(cli.Directory.Combine("ape.stack", "secrets", "cerebras_api_key"), Token));
        Assert.Equal([".ape/", "ape.stack/secrets/", "ape.stack/.env"], File.ReadLines(cli.Directory.Combine(".gitignore")).Skip(1));
        var secrets = Directory.EnumerateFiles(cli.Directory.Combine("ape.stack", "secrets")).ToList();
        var values = secrets.Select(File.ReadAllText).Where(static value => value.Length > 0).ToList();
        Assert.All(Directory.EnumerateFiles(cli.Directory.Path, "*", SearchOption.AllDirectories).Except(secrets),
            path => Assert.All(values, value => Assert.DoesNotContain(value, File.ReadAllText(path), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Stack_OfInitAgain_KeepsItsSecrets()
    {
        using var cli = new CliHarness();
        await cli.RunAsync("init", "-y");
        var token = cli.Directory.Combine("ape.stack", "secrets", "service_token");
        var before = await File.ReadAllTextAsync(token, Token);

        var refused = await cli.RunAsync("init", "-y");
        Assert.Equal(ExitCodes.Done, (await cli.RunAsync("init", "-y", "--force")).Code);

        Assert.Contains("ape.stack/", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(token, Token));
    }

    private static IReadOnlyList<YamlMappingNode> Steps(string file, out string? directory)
    {
        using var reader = File.OpenText(file);
        var yaml = new YamlStream();
        yaml.Load(reader);
        var job = (YamlMappingNode)yaml.Documents[0].RootNode["jobs"]["ape-test"];
        directory = Text((YamlMappingNode)job["defaults"]["run"], "working-directory");
        return [.. ((YamlSequenceNode)job["steps"]).Children.Cast<YamlMappingNode>()];
    }

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is YamlScalarNode scalar ? scalar.Value : null;
}
