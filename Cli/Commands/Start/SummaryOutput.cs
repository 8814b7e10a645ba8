using System.Runtime.InteropServices;
using System.Text.Json;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Start;

/// <summary>Tells the result of a run: text or JSON on standard output, a file if asked for, and the exit code.</summary>
internal sealed class SummaryOutput(CliEnvironment environment, StartRequest request)
{
    /// <summary>Checks before the run that the file can be written; otherwise <see cref="ApeTestException"/> (exit 3).</summary>
    public static void CheckWritable(CliEnvironment environment, string? file)
    {
        if (file is null)
        {
            return;
        }
        var path = new FileInfo(environment.Absolute(file));
        // A link, a device, a pipe: to open one may block, or create what it points to. What has no length may be one of them.
        if (path.LinkTarget is not null || path is { Exists: true, Length: 0 })
        {
            return;
        }
        var existed = path.Exists;
        try
        {
            using (path.Open(FileMode.OpenOrCreate, FileAccess.Write))
            {
                // Only whether it opens.
            }
            if (!existed)
            {
                path.Delete();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"--out {file} cannot be written: {e.Message}", "Name a file in a directory that exists and that you may write to.",
                ExitCodes.Environment, e);
        }
    }

    /// <summary>Writes the summary of a run on this machine and returns the exit code.</summary>
    public Task<int> WriteAsync(RunSummary summary, RunDirectory directory, string? model, StopSignal? signal) =>
        WriteAsync(summary, SessionLog.ReadAsync(directory, outcome: null, CancellationToken.None), environment.Shown(directory.Path), model, signal);

    /// <summary>Writes the summary and returns the exit code.</summary>
    /// <param name="summary">The summary.</param>
    /// <param name="sessions">Kept sessions, for the reasons of those that did not succeed; read where they are shown.</param>
    /// <param name="place">Where the run's files are, as shown to the user.</param>
    /// <param name="model">Model that decided; null for unknown.</param>
    /// <param name="signal">What stopped it; null for nothing.</param>
    /// <param name="logs">What a command that reads the run's logs needs besides its id. Default nothing.</param>
    public async Task<int> WriteAsync(RunSummary summary, IAsyncEnumerable<SessionRecord> sessions, string place, string? model, StopSignal? signal, string? logs = null)
    {
        var json = JsonSerializer.Serialize(summary, RunsJson.Indented.RunSummary);
        if (request.Json)
        {
            environment.Out.WriteLine(json);
        }
        else
        {
            var reasons = await OutcomeReason.OfAsync(sessions);
            new SummaryText(environment.Out, Paint.ForOutput(environment, request.NoColor))
                .Write(summary, reasons, model, place, logs);
        }
        var code = RunVerdict.ExitCode(summary, signal switch
        {
            StopSignal.Interrupt => PosixSignal.SIGINT,
            StopSignal.Terminate => PosixSignal.SIGTERM,
            _ => null,
        });
        return WriteFile(json) || code != ExitCodes.Done ? code : ExitCodes.Environment;
    }

    private bool WriteFile(string json)
    {
        if (request.OutFile is not { } file)
        {
            return true;
        }
        try
        {
            File.WriteAllText(environment.Absolute(file), json + "\n");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ErrorReport.Write(environment, $"--out {file} could not be written: {e.Message}", "The run directory has it too, unless an error below says otherwise.");
            return false;
        }
    }
}
