using ApeTest.Cli.Errors;
using ApeTest.Observability.Collecting;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Start;

/// <summary>Tells that files of a run could not be written, as on a disk that filled up meanwhile: what was measured is right, what is kept is not whole.</summary>
internal static class KeptFiles
{
    /// <summary>The exit code: <paramref name="code"/>, but for a run that is done and whose files are not whole (3).</summary>
    public static int Judge(CliEnvironment environment, CollectedRun run, int code)
    {
        if (run.WriteFailure is not { } failure)
        {
            return code;
        }
        var directory = environment.Shown(run.Directory.Path);
        ErrorReport.Write(environment, $"not all of the run could be recorded in {directory}: {failure.File}: {failure.Error}",
            run.IsSummaryKept
                ? "Its summary.json is complete. Free some space, or run where there is more."
                : "Its summary.json is not the last one either: keep what was printed. Free some space, or run where there is more.");
        return code == ExitCodes.Done ? ExitCodes.Environment : code;
    }
}
