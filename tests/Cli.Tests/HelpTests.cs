namespace ApeTest.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("root", "--help")]
    [InlineData("start", "start", "--help")]
    [InlineData("try", "try", "--help")]
    [InlineData("validate", "validate", "--help")]
    [InlineData("status", "status", "--help")]
    [InlineData("stop", "stop", "--help")]
    [InlineData("scale", "scale", "--help")]
    [InlineData("logs", "logs", "--help")]
    [InlineData("runs", "runs", "--help")]
    [InlineData("report", "report", "--help")]
    [InlineData("compare", "compare", "--help")]
    [InlineData("rerun", "rerun", "--help")]
    [InlineData("shop", "shop", "--help")]
    [InlineData("dashboard", "dashboard", "--help")]
    [InlineData("gateway", "gateway", "--help")]
    [InlineData("proxy", "proxy", "--help")]
    [InlineData("init", "init", "--help")]
    [InlineData("doctor", "doctor", "--help")]
    [InlineData("completion", "completion", "--help")]
    [InlineData("sample", "sample", "--help")]
    [InlineData("images", "images", "--help")]
    [InlineData("cleanup", "cleanup", "--help")]
    [InlineData("root", "help")]
    [InlineData("start", "help", "start")]
    public async Task Help_OfEachCommand_IsGolden(string name, params string[] arguments)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync(arguments);

        Assert.Equal(0, result.Code);
        Assert.Empty(result.Error);
        Assert.Contains("\nExamples\n", result.Out, StringComparison.Ordinal);
        Assert.All(result.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Golden.Check($"help-{name}.txt", result.Out);
    }

    [Fact]
    public async Task Help_BesideAnUnknownOption_IsStillGiven()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("start", "--agnets", "3", "--help");

        Assert.Equal(0, result.Code);
        Assert.StartsWith("Release agents", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_IsOneLine()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("--version");

        Assert.Equal(0, result.Code);
        Assert.Matches(@"^ape-test \d+\.\d+\.\d+\S*\n$", result.Out);
    }
}
