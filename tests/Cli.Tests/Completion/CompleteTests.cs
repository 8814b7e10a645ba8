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
    [InlineData("report --format ", "html json csv junit md text")]
    [InlineData("report --format=j", "--format=json --format=junit")]
    [InlineData("report --format = j", "json junit")]
    [InlineData("report --format =", "html json csv junit md text")]
    [InlineData("report --table ", "metrics operations timeseries")]
    [InlineData("compare --format ", "text json md")]
    [InlineData("logs --level ", "trace debug info warn error")]
    [InlineData("logs --service g", "gateway")]
    [InlineData("images --service s", "shop")]
    [InlineData("proxy --cassette-mode r", "record replay")]
    [InlineData("start --auth b", "bearer: basic:")]
    [InlineData("start --model b", "builtin/planner")]
    [InlineData("sample bo", "board")]
    [InlineData("status l", "last")]
    [InlineData("compare last l", "last")]
    [InlineData("status last l", "")]
    [InlineData("start -y --ye", "")]
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
    public async Task Complete_Scenario_GivesTheScenariosOfTheDirectoryFirst()
    {
        using var cli = new CliHarness();
        foreach (var file in new[] { "shop.yaml", "ape.yml", "ape.docker-compose.yml", "notes.txt" })
        {
            await File.WriteAllTextAsync(cli.Directory.Combine(file), "", TestContext.Current.CancellationToken);
        }

        Assert.Equal("ape.yml\tscenario\nshop.yaml\tscenario\n:files\n", (await cli.RunAsync("complete", "--", "start", "--agents", "3", "")).Out);
    }

    [Fact]
    public async Task Complete_EveryValueThatIsAKnownWord_HasCandidates()
    {
        using var cli = new CliHarness();
        var tree = new CommandTree(new CliEnvironment { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null, Variables = cli.Variables, CurrentDirectory = cli.Directory.Path, Time = TimeProvider.System, Signals = cli.Signals });

        foreach (var command in tree.Root.Subcommands.Where(static command => !command.Hidden))
        {
            foreach (var option in command.Options.Where(static option => option.HelpName is "FORMAT" or "TABLE" or "LEVEL" or "MODE" or "HOW" or "FILE" or "WHERE" or "PROVIDER/MODEL" || option.HelpName?.Contains('|', StringComparison.Ordinal) is true))
            {
                Assert.False((await cli.RunAsync("complete", "--", command.Name, option.Name, "")).Out.Length == 0, $"{command.Name} {option.Name}");
            }
            foreach (var argument in command.Arguments)
            {
                Assert.False((await cli.RunAsync("complete", "--", command.Name, "")).Out.Length == 0, $"{command.Name} {argument.Name}");
            }
        }
    }

    [Fact]
    public async Task Completion_PowerShell_GoesByBothOfItsNames()
    {
        using var cli = new CliHarness();

        var program = await cli.RunAsync("completion", "pwsh");
        var full = await cli.RunAsync("completion", "powershell");

        Assert.Equal((0, program.Out), (full.Code, full.Out));
        Assert.StartsWith("# PowerShell completion", program.Out, StringComparison.Ordinal);
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
