using System.Globalization;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Services;

/// <summary>What the commands that run one service until Ctrl+C have in common.</summary>
internal static class LoneService
{
    /// <summary>Runs until it ends or is told to. Exit code 0.</summary>
    public static async Task<int> UntilStoppedAsync(StopLadder ladder, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (OperationCanceledException) when (ladder.Drain.IsCancellationRequested)
        {
            // Ctrl+C is how one ends it: nothing was interrupted.
        }
        return ExitCodes.Done;
    }

    /// <summary>Reads <c>--port</c>; what is wrong throws <see cref="ApeTestException"/> (exit 2).</summary>
    /// <param name="text">As it was written; null: not at all.</param>
    /// <param name="otherwise">The command's usual port.</param>
    /// <param name="command">The command's name, for the advice.</param>
    public static int Port(string? text, int otherwise, string command) => text is null ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port
        : throw new ApeTestException($"--port '{text}' is not a whole number from 0 to 65535", $"See 'ape-test {command} --help'.", ExitCodes.Input);
}
