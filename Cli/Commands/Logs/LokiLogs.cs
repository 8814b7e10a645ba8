using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Runs.Logs.Loki;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Logs;

/// <summary><c>ape-test logs</c> of a run on a stack: its services wrote no files here, but sent their lines to the Loki that APETEST_LOKI names.</summary>
internal static class LokiLogs
{
    /// <summary>The Loki to ask; null where there is none, or the run's log files lie here.</summary>
    public static Uri? Of(CliEnvironment environment, RunDirectory directory)
    {
        if (environment.Variables.GetValueOrDefault(EnvironmentNames.Loki) is not { Length: > 0 } loki
            || (Directory.Exists(directory.Logs) && Directory.EnumerateFiles(directory.Logs, "*.jsonl*").Any()))
        {
            return null;
        }
        return Uri.TryCreate(loki, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new ApeTestException($"{EnvironmentNames.Loki} is '{loki}', which is no URL", "Set it like http://127.0.0.1:3100.", ExitCodes.Input);
    }

    /// <summary>Writes the lines, and goes on with new ones while <paramref name="ended"/>, where it is given, says that some may come.</summary>
    public static async Task<int> ShowAsync(CliEnvironment environment, Uri loki, RunDirectory directory, LogQuery query, LogOutput output, Func<bool>? ended,
        StopLadder ladder, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var reader = new LokiLogReader(http, loki, directory.Run, query, environment.Time);
        var started = RunDirectoryReader.StatusOf(directory, environment.Time).File?.Started;
        try
        {
            await foreach (var line in ended is null ? reader.ReadAsync(started, cancellationToken) : reader.FollowAsync(started, ended, cancellationToken))
            {
                output.Write(line);
                if (ended is not null)
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
            environment.Error.WriteLine($"no such lines in run {directory.Run} at {loki}");
        }
        return ExitCodes.Done;
    }
}
