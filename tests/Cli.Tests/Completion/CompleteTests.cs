namespace ApeTest.Cli.Tests.Completion;

public sealed class CompleteTests
{
    [Theory]
    [InlineData("st", "start status stop")]
    [InlineData("--no", "--no-color")]
    [InlineData("start --ag", "--agents")]
    [InlineData("init --template ", "rest graphql web mcp llm")]
    [InlineData("init --template g", "graphql")]
    [InlineData("doctor --format ", "text json")]
    [InlineData("completion ", "bash zsh fish pwsh")]
    [InlineData("start ", ":files")]
    [InlineData("start --agents ", "")]
    [InlineData("start --agents 3 --agen", "")]
    [InlineData("comp", "completion")]
    public async Task Complete_ALine_GivesWhatFits(string line, string expected)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync(["complete", "--", .. line.Split(' ')]);

        Assert.Equal((0, ""), (result.Code, result.Error));
        // Others' commands may begin alike: those named are there, in order.
        var words = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static word => word.Split('\t')[0]).ToList();
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), line == "comp" ? words.Where(static word => word == "completion") : words);
    }

    [Fact]
    public async Task Complete_Run_GivesRunIdsTheNewestFirst()
    {
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli.Directory.Combine(".ape", "runs", "20261121-131502-7f3a"));
        Directory.CreateDirectory(cli.Directory.Combine(".ape", "runs", "20261122-131502-aaaa"));

        var result = await cli.RunAsync("complete", "--", "status", "2026");

        Assert.Equal("20261122-131502-aaaa\n20261121-131502-7f3a\n", result.Out);
    }

    [Fact]
    public async Task Completion_UnknownShell_NamesThose()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("completion", "bsh");

        Assert.Equal(2, result.Code);
        Assert.Contains("Did you mean 'bash'?", result.Error, StringComparison.Ordinal);
    }
}
