using System.Text.Json;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.GraphQl;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.Cli.Tests.Init;

public sealed class InitTests
{
    [Theory]
    [InlineData("rest", "shop", 1, 0)]
    [InlineData("graphql", "board", 1, 0)]
    [InlineData("web", "florist", 1, 0)]
    [InlineData("mcp", "mcp", 0, 1)]
    [InlineData("llm", "llm", 0, 1)]
    public async Task Init_Template_WritesFilesThatLoad(string template, string sample, int goals, int journeys)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--template", template, "--agents", "3", "--duration", "90s", "first");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var folder = cli.Directory.Combine("first");
        var scenario = ScenarioLoader.LoadFile(Path.Combine(folder, "ape.yaml")).ThrowIfInvalid();
        Assert.Equal((sample, goals, journeys, 3, TimeSpan.FromSeconds(90), "first"),
            (scenario.Target.Sample, scenario.Goals.Length, scenario.Journeys.Length, scenario.Agents, scenario.Duration, scenario.Name));
        Assert.Single(GatewayFileLoader.Load(Path.Combine(folder, "ape.mcp-gateway.json"), cli.Variables).Targets);
        using var schema = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "ape.schema.json"), TestContext.Current.CancellationToken));
        Assert.Contains(".ape/", File.ReadLines(Path.Combine(folder, ".gitignore")));
        Assert.Contains("ape-test start", await File.ReadAllTextAsync(Path.Combine(folder, ".github", "workflows", "ape-test.yml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("cd first && ape-test start", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), static file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cerebas/gpt-oss-120b", "Did you mean `cerebras`?")]
    [InlineData("nobody/x", "Providers: builtin, cerebras, ollama, openai")]
    [InlineData("builtin/other", "The built-in provider has one: `builtin/planner`")]
    public async Task Init_AModelThatNoScenarioMayName_IsRefusedAndWritesNothing(string model, string says)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--model", model);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.StartsWith($"error: --model '{model}': ", result.Error, StringComparison.Ordinal);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Fact]
    public async Task Init_AnApi_FindsDocumentLoginAndAGoalThatCanBeProven()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", library.Url.ToString());

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        var goal = Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals);
        Assert.Equal(("borrow-a-book", "Log in as {{user.cardNumber}} / {{user.pin}}, borrow a book, then log out."), (goal.Name, goal.Goal));
        Assert.Equal("cardNumber,pin\ncard-0001,1234\n", await File.ReadAllTextAsync(cli.Directory.Combine("users.csv"), TestContext.Current.CancellationToken));
        Assert.Contains("users log in with openSession (cardNumber, pin)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_FilesExist_NamesThemAndChangesNothing()
    {
        using var cli = new CliHarness();
        await File.WriteAllTextAsync(cli.Directory.Combine("ape.yaml"), "mine", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(cli.Directory.Combine("users.csv"), "mine", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("init", "-y");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("2 files exist already in .: ape.yaml, users.csv", result.Error, StringComparison.Ordinal);
        Assert.Contains("--force", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(cli.Directory.Path).Count());
        Assert.Equal("mine", await File.ReadAllTextAsync(cli.Directory.Combine("ape.yaml"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Init_Force_ReplacesFilesAndKeepsLinesOfGitIgnore()
    {
        using var cli = new CliHarness();
        await File.WriteAllTextAsync(cli.Directory.Combine("ape.yaml"), "mine", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(cli.Directory.Combine(".gitignore"), "bin/", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Done, (await cli.RunAsync("init", "-y", "--force")).Code);
        Assert.Equal(ExitCodes.Done, (await cli.RunAsync("init", "-y", "--force")).Code);

        Assert.True(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).IsValid);
        Assert.Equal("bin/\n.ape/\nape.stack/secrets/\nape.stack/.env\n", await File.ReadAllTextAsync(cli.Directory.Combine(".gitignore"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Init_ADirectoryStandsInPlaceOfAFile_WritesNothing()
    {
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli.Directory.Combine("ape.schema.json"));

        var result = await cli.RunAsync("init", "-y", "--force");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("ape.schema.json is a directory", result.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Fact]
    public async Task Init_AFolderCannotBeMade_LeavesNothingHalfWritten()
    {
        using var cli = new CliHarness();
        // .github is a file: the workflow, late in the list, has no place.
        await File.WriteAllTextAsync(cli.Directory.Combine(".github"), "mine", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("init", "-y");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Contains("Nothing was changed", result.Error, StringComparison.Ordinal);
        Assert.Equal([".github"], Directory.EnumerateFileSystemEntries(cli.Directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Init_NoTerminalAndNoYes_SaysWhatToDo()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("Add -y", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Theory]
    [InlineData("--template rets", "Did you mean 'rest'?")]
    [InlineData("--agents none", "--agents 'none' is not a whole number from 1")]
    [InlineData("--duration long", "Write for example 30s")]
    [InlineData("--model gpt", "must be provider/model")]
    [InlineData("--target ftp://x", "is not an http or https URL")]
    [InlineData("--openapi /x.json", "no --target is given")]
    [InlineData("--goal Buy", "Add --target URL")]
    [InlineData("--template mcp --goal Buy", "is a journey")]
    [InlineData("--success a=1", "no --goal is given")]
    public async Task Init_WrongFlag_SaysWhatAndHow(string line, string said)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync(["init", "-y", .. line.Split(' ')]);

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Fact]
    public async Task Init_TargetIsDown_Exits3AndWritesNothing()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", "http://127.0.0.1:9");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Contains("cannot be reached", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Theory]
    [InlineData("Log in as card-0001 / 1234, borrow a book, then log out.", "log-in-borrow-a-book-then")]
    [InlineData("Log in as card-0001 with PIN 1234. Borrow a book.", "log-in-borrow-a-book")]
    public async Task Init_GoalThatNamesAPassword_HasANameWithoutIt(string goal, string name)
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", library.Url.ToString(), "--goal", goal);

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.Equal((name, goal), Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals) is var made ? (made.Name, made.Goal) : default);
    }

    [Fact]
    public async Task Init_GoalThatCannotBeProven_SaysWhatToDeclare()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", library.Url.ToString(), "--goal", "Fly to the moon.");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains("--success", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Fact]
    public async Task Init_GraphQl_SuggestsTheQueryThatAnswersAndTakesAGivenGoal()
    {
        await using var shop = await new GraphQlShop(introspection: true).StartAsync(TestContext.Current.CancellationToken);
        using var cli = new CliHarness();

        var suggested = await cli.RunAsync("init", "-y", "--target", shop.Urls.First());
        var goal = Assert.Single(ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Goals);
        var given = await cli.RunAsync("init", "-y", "--force", "--target", shop.Urls.First(), "--goal", "Log in as ann / pw.", "--success", "login=200");

        Assert.Equal((ExitCodes.Done, ExitCodes.Done), (suggested.Code, given.Code));
        Assert.Contains("GraphQL endpoint at /graphql", suggested.Error, StringComparison.Ordinal);
        // Of its six queries this server answers one.
        Assert.Equal("Look at the version.", goal.Goal);
        Assert.Equal("/graphql", ScenarioLoader.LoadFile(cli.Directory.Combine("ape.yaml")).ThrowIfInvalid().Target.GraphQl);
    }

    [Fact]
    public async Task Init_Header_WritesTheVariablesNameOnly()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliHarness();
        cli.Variables["LIBRARY_KEY"] = "k-9f8e7d";

        var result = await cli.RunAsync("init", "-y", "--target", library.Url.ToString(), "--header", "X-Api-Key: ${LIBRARY_KEY}");

        Assert.True(result.Code == ExitCodes.Done, result.Error);
        Assert.All(Directory.EnumerateFiles(cli.Directory.Path, "*", SearchOption.AllDirectories), static file => Assert.DoesNotContain("k-9f8e7d", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Contains("${LIBRARY_KEY}", await File.ReadAllTextAsync(cli.Directory.Combine("ape.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_HeaderInClearText_IsRefusedAndWritesNothing()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "-y", "--target", "http://127.0.0.1:1", "--header", "X-Api-Key: s3cret-value");

        Assert.Equal(2, result.Code);
        Assert.Contains("--header: the value of X-Api-Key is no variable", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-value", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Path));
    }

    [Fact]
    public async Task Init_ListTemplates_ListsThem()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("init", "--list-templates");

        Assert.Equal(["rest", "graphql", "web", "mcp", "llm"], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0]));
    }
}
