using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Runs.Logs.Loki;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Logs;

/// <summary><c>ape-test logs</c> of a run on a stack, whose services sent their lines to the Loki that APETEST_LOKI names.</summary>
internal static class LokiLogs
{
    /// <summary>The Loki to ask; null where none is named. What is no URL throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static Uri? Of(CliEnvironment environment)
    {
        if (environment.Variables.GetValueOrDefault(EnvironmentNames.Loki) is not { Length: > 0 } loki)
        {
            return null;
        }
        return Uri.TryCreate(loki, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            // What is no URL may hold a password all the same.
            : throw new ApeTestException($"{EnvironmentNames.Loki} is {(loki.Contains('@', StringComparison.Ordinal) ? "set to what" : $"'{loki}', which")} is no URL", "Set it like http://127.0.0.1:3100.", ExitCodes.Input);
    }

    /// <summary>As <see cref="Of(CliEnvironment)"/>, for a run directory; null too where the run's log files lie there, which are all that it logged.</summary>
    public static Uri? Of(CliEnvironment environment, RunDirectory directory) =>
        Directory.Exists(directory.Logs) && Directory.EnumerateFiles(directory.Logs, "*.jsonl*").Any() ? null : Of(environment);

    /// <summary>Writes the lines, and goes on with new ones while some may come, where the run says how to know.</summary>
    public static async Task<int> ShowAsync(CliEnvironment environment, Uri loki, LokiRun run, LogQuery query, LogOutput output, StopLadder ladder, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var reader = new LokiLogReader(http, loki, run.Run, query, environment.Time);
        try
        {
            await foreach (var line in run.Ended is null ? reader.ReadAsync(run.Started, cancellationToken) : reader.FollowAsync(run.Started, run.Ended, cancellationToken))
            {
                output.Write(line);
                if (run.Ended is not null)
                {
                    await environment.Out.FlushAsync(cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ladder.ExitCode ?? ExitCodes.Done;
        }
        output.TellLosses(reader.Losses);
        if (output.Lines == 0)
        {
            environment.Error.WriteLine($"no such lines in run {run.Run} at {LokiLogReader.Shown(loki)}");
        }
        return ExitCodes.Done;
    }
}

/// <summary>A run whose lines Loki has.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Started">When it began; null where that is not known.</param>
/// <param name="Ended">Asks whether it has ended, to follow it; null for the lines that are there.</param>
internal sealed record LokiRun(string Run, DateTimeOffset? Started, Func<CancellationToken, ValueTask<bool>>? Ended);
