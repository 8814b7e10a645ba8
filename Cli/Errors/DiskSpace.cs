using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Errors;

/// <summary>Tells that the disk filled up while a run was on it: its summary is right, its files are not whole.</summary>
internal static class DiskSpace
{
    // A run writes its smallest files anew each second; less than one of them is none.
    private const long Least = 16 * 1024;

    /// <summary>The exit code: <paramref name="code"/>, but for a run that is done and whose files are not (3).</summary>
    public static int Judge(CliEnvironment environment, RunDirectory directory, int code)
    {
        try
        {
            if (new DriveInfo(directory.Path).AvailableFreeSpace >= Least)
            {
                return code;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Not a local disk: nothing is known of it.
            return code;
        }
        ErrorReport.Write(environment, $"there is no space left for {environment.Shown(directory.Path)}: what the run recorded there is not complete",
            "The summary is. Free some space, or run where there is more.");
        return code == ExitCodes.Done ? ExitCodes.Environment : code;
    }
}
