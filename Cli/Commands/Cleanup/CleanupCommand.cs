using ApeTest.Cli.Help;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Cleanup;

/// <summary><c>ape-test cleanup</c>: removes stacks of containers and, where asked, old runs.</summary>
internal static class CleanupCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("cleanup", "Take down the stacks of this directory, and remove old runs where asked.")
        {
            Examples =
            [
                new("what start --compose --keep left", "ape-test cleanup"),
                new("what would be removed", "ape-test cleanup --all --dry-run"),
                new("stacks and ended runs older than a week", "ape-test cleanup --older-than 7d"),
            ],
        };
        var all = command.Switch("Options", "--all", "Also stacks that were started elsewhere on this machine, and all ended runs of this directory.");
        var older = command.Value("Options", "--older-than", "TIME", "Only stacks and ended runs of this directory that are older, for example 12h or 7d.");
        var dry = command.Switch("Options", "--dry-run", "Say what would be removed, and remove nothing.");
        command.SetAction((parse, _) => new CleanupRun(environment, new CleanupRequest(parse.GetValue(all), Age(parse.GetValue(older)), parse.GetValue(dry))).RunAsync());
        return command;
    }

    private static TimeSpan? Age(string? text) => text switch
    {
        null => null,
        _ when Durations.TryParse(text, out var age) => age,
        _ => throw new ApeTestException($"--older-than '{text}' is not a duration", "Write for example 12h or 7d.", ExitCodes.Input),
    };
}

/// <summary>What <c>cleanup</c> was asked to do.</summary>
/// <param name="All">Stacks of the whole machine, and ended runs.</param>
/// <param name="OlderThan">Only what is older; null: whatever its age.</param>
/// <param name="DryRun">Remove nothing.</param>
internal sealed record CleanupRequest(bool All, TimeSpan? OlderThan, bool DryRun);
