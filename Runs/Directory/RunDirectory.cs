using System.Security.Cryptography;
using ApeTest.Runs.Ids;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Directory;

/// <summary>The directory of one run, <c>.ape/runs/{run}/</c> (DESIGN 14.3): names of its files, and how it is made.</summary>
public sealed class RunDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The directory <paramref name="path"/>, which is named after its run.</summary>
    public RunDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Run = System.IO.Path.GetFileName(Path);
    }

    /// <summary>Run id.</summary>
    public string Run { get; }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary><c>run.json</c>.</summary>
    public string RunFile => In("run.json");

    /// <summary><c>control.token</c>.</summary>
    public string TokenFile => In("control.token");

    /// <summary><c>scenario.resolved.yaml</c>.</summary>
    public string ScenarioFile => In("scenario.resolved.yaml");

    /// <summary><c>summary.json</c>.</summary>
    public string SummaryFile => In("summary.json");

    /// <summary>Space put aside for the last summary while the run goes on.</summary>
    public string ReserveFile => In(".reserve");

    /// <summary><c>sessions.jsonl</c>.</summary>
    public string SessionsFile => In("sessions.jsonl");

    /// <summary><c>timeseries.jsonl</c>.</summary>
    public string TimeseriesFile => In("timeseries.jsonl");

    /// <summary><c>histograms.bin</c>.</summary>
    public string HistogramsFile => In("histograms.bin");

    /// <summary><c>data/</c>: what the run was made from.</summary>
    public string Data => In("data");

    /// <summary><c>data/input.json</c>.</summary>
    public string InputFile => System.IO.Path.Combine(Data, "input.json");

    /// <summary><c>report.html</c>.</summary>
    public string ReportFile => In("report.html");

    /// <summary><c>console.log</c>: what a run in the background says.</summary>
    public string ConsoleFile => In("console.log");

    /// <summary><c>logs/</c>, with one <c>{service}.jsonl</c> a service.</summary>
    public string Logs => In("logs");

    /// <summary><c>.ape/runs</c> below <paramref name="workingDirectory"/>.</summary>
    public static string RunsRoot(string workingDirectory) => System.IO.Path.Combine(workingDirectory, ".ape", "runs");

    /// <summary>
    /// Makes the directory (0700) of <paramref name="run"/> below <paramref name="runsRoot"/>, its <c>logs/</c> and a fresh
    /// <c>control.token</c> (0600). Where that is not possible: <see cref="ApeTestException"/> (exit 3).
    /// </summary>
    public static RunDirectory Create(string runsRoot, string run)
    {
        if (!RunId.IsValid(run))
        {
            throw new ArgumentException($"{run} is not a run id.", nameof(run));
        }
        var directory = new RunDirectory(System.IO.Path.Combine(runsRoot, run));
        try
        {
            CreatePrivate(directory.Path);
            CreatePrivate(directory.Logs);
            WriteToken(directory.TokenFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"The run directory {directory.Path} cannot be made: {e.Message}",
                "Start in a directory that you may write to, with free space.", ExitCodes.Environment, e);
        }
        return directory;
    }

    /// <summary>The control token; null where there is none to read.</summary>
    public string? ReadToken()
    {
        try
        {
            return File.ReadAllText(TokenFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a fresh token of 256 bits to <paramref name="file"/>, readable by its owner only, and returns it.</summary>
    public static string WriteToken(string file)
    {
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // At creation, not after: there must be no moment at which others may read it.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var writer = new StreamWriter(file, options);
        writer.Write(token);
        return token;
    }

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(path);
        }
        else
        {
            System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            System.IO.Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
