using System.CommandLine;
using System.Runtime.CompilerServices;
using ApeTest.Cli.Help;

namespace ApeTest.Cli.Tests;

/// <summary>What holds for every command.</summary>
public sealed class CommandTreeTests
{
    [Fact]
    public void Commands_Each_HasADescriptionAndExamplesOfItself()
    {
        var commands = Root().Subcommands;

        Assert.All(commands, static command =>
        {
            var leaf = Assert.IsType<CliCommand>(command);
            Assert.NotEmpty(leaf.Description!);
            Assert.NotEmpty(leaf.Examples);
            Assert.Contains(leaf.Examples, example => example.Line.Contains($"ape-test {leaf.Name}", StringComparison.Ordinal));
            Assert.All(leaf.Options, static option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
        });
    }

    [Fact]
    public async Task UnknownWord_NearAnyCommand_IsRecognised()
    {
        foreach (var name in Root().Subcommands.Where(static command => !command.Hidden && command.Name.Length > 3).Select(static command => command.Name))
        {
            using var cli = new CliHarness();

            var result = await cli.RunAsync(name + "x");

            Assert.Equal(2, result.Code);
            Assert.Contains($"did you mean '{name}'?", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UnknownFlag_NearAnyFlagOfAnyCommand_IsRecognised()
    {
        foreach (var command in Root().Subcommands.Where(static command => !command.Hidden))
        {
            foreach (var option in command.Options.Where(static option => option.Name.Length > 5))
            {
                using var cli = new CliHarness();

                var result = await cli.RunAsync(command.Name, option.Name + "x");

                Assert.Equal(2, result.Code);
                Assert.Contains($"did you mean '{option.Name}'?", result.Error, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Reference_OfTheDocs_IsThatOfTheCommands()
    {
        var path = Path.Combine(Path.GetDirectoryName(Source())!, "..", "..", "docs", "commands.md");
        var reference = CommandReference.Of(Root());
        if (Environment.GetEnvironmentVariable("APETEST_GOLDEN") == "write")
        {
            File.WriteAllText(path, reference);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), reference);
    }

    private static string Source([CallerFilePath] string source = "") => source;

    private static RootCommand Root() => new CommandTree(new CliEnvironment
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        In = TextReader.Null,
        Variables = new Dictionary<string, string>(),
        CurrentDirectory = Path.GetTempPath(),
        Time = TimeProvider.System,
        Signals = new FakeSignals(),
    }).Root;
}
