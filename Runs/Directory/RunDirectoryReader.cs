using System.Text.Json;
using ApeTest.Runs.Control;
using ApeTest.Runs.Ids;
using ApeTest.Runs.Json;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Directory;

/// <summary>Finds the runs of a <c>.ape/runs</c> directory and reads what they left.</summary>
public static class RunDirectoryReader
{
    // A file of any origin: a null where there must be none is as broken as a missing key.
    private static readonly RunsJson _strict = new(new JsonSerializerOptions(RunsJson.Line.Options) { RespectNullableAnnotations = true });

    /// <summary>Age of a heartbeat from which a run is silent: its process is suspended, or cannot keep up, or is gone.</summary>
    public static TimeSpan Stale { get; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// All runs, newest first; what else lies there is passed over. Empty where there is no such directory; one that cannot be read
    /// throws <see cref="ApeTestException"/> (exit 3).
    /// </summary>
    public static IReadOnlyList<RunDirectory> List(string runsRoot)
    {
        try
        {
            return [.. System.IO.Directory.EnumerateDirectories(runsRoot)
                .Where(path => RunId.IsValid(System.IO.Path.GetFileName(path)))
                .OrderByDescending(System.IO.Path.GetFileName, StringComparer.Ordinal)
                .Select(path => new RunDirectory(path))];
        }
        catch (DirectoryNotFoundException) when (!File.Exists(runsRoot) && !File.Exists(System.IO.Path.GetDirectoryName(runsRoot)))
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"The runs in {runsRoot} cannot be read: {e.Message}",
                "It must be a directory that you may read.", ExitCodes.Environment, e);
        }
    }

    /// <summary>
    /// The run that <paramref name="text"/> names: an id, a unique beginning of one or of its last four digits (<c>7f3a</c>), or
    /// <c>last</c> (or <c>latest</c>), as is null: the newest that is no try, or the newest try where there is nothing else. An unknown or ambiguous name throws <see cref="ApeTestException"/> (exit 2) that lists the nearest, a run
    /// whose directory may not be read one with exit 3.
    /// </summary>
    public static RunDirectory Find(string runsRoot, string? text) => Readable(Named(runsRoot, text));

    // Of one that may not be read every file is missing, which would be told as a run that was killed.
    private static RunDirectory Readable(RunDirectory run)
    {
        try
        {
            _ = System.IO.Directory.EnumerateFileSystemEntries(run.Path).Any();
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"Run {run.Run} cannot be read: {e.Message}", "Read it as the user who made it, or have them give you its directory.", ExitCodes.Environment, e);
        }
    }

    private static RunDirectory Named(string runsRoot, string? text)
    {
        var runs = List(runsRoot);
        if (runs.Count == 0)
        {
            throw new ApeTestException($"There are no runs in {runsRoot}.", "Start one with `ape-test start`.", ExitCodes.Input);
        }
        if (text is null or "latest" or "last")
        {
            return runs.FirstOrDefault(static run => !IsTrial(run)) ?? runs[0];
        }

        var matches = runs.Where(run => RunId.Matches(run.Run, text)).ToList();
        return matches switch
        {
            [var one] => one,
            [] => throw new ApeTestException($"There is no run {text}.",
                $"The nearest are: {Names(runs.OrderByDescending(run => Likeness(run.Run, text)))}.", ExitCodes.Input),
            _ when matches.Find(run => run.Run == text) is { } exact => exact,
            _ => throw new ApeTestException($"{text} names {matches.Count} runs.",
                $"Write more of the id: {Names(matches)}.", ExitCodes.Input),
        };
    }

    /// <summary>
    /// Status of a run by its <c>run.json</c>; <c>interrupted</c> when it says that it runs but its process is gone, or, where that
    /// cannot be told, its heartbeat is stale; also when it left no readable <c>run.json</c> at all. A process that lives but gives no
    /// sign of life is running and <see cref="RunStatus.Silent"/>.
    /// </summary>
    public static RunStatus StatusOf(RunDirectory directory, TimeProvider time)
    {
        if (Read(directory.RunFile, _strict.RunFile) is not { } file)
        {
            return new RunStatus("interrupted", null);
        }
        if (file.Status is not ("queued" or "running"))
        {
            return new RunStatus(file.Status, file);
        }
        var stale = time.GetUtcNow() - file.Heartbeat > Stale;
        return RunProcess.IsAlive(file) ?? !stale
            ? new RunStatus(file.Status, file) { Silent = stale }
            : new RunStatus("interrupted", file);
    }

    /// <summary>Whether a run was one session of <c>try</c> or <c>validate --dry-run</c>: <c>last</c> does not mean it.</summary>
    public static bool IsTrial(RunDirectory run) => RunInput.Read(run) is { Trial: true };

    /// <summary>Runs that go on, newest first.</summary>
    public static IReadOnlyList<RunDirectory> Running(string runsRoot, TimeProvider time) =>
        [.. List(runsRoot).Where(run => !StatusOf(run, time).Ended)];

    /// <summary>All runs as a list shows them, newest first.</summary>
    public static IEnumerable<RunListEntry> Entries(string runsRoot, TimeProvider time)
    {
        foreach (var directory in List(runsRoot))
        {
            var (status, file) = StatusOf(directory, time);
            yield return new RunListEntry(directory.Run, file?.Scenario, status, file?.Started, file?.Agents,
                status is "queued" or "running" ? file?.ControlUrl : null);
        }
    }

    /// <summary>
    /// The summary; null where there is none, or none that can be read. While a run goes on, and for good once it was killed, it is the
    /// one of its last second, with the status <c>running</c>.
    /// </summary>
    public static RunSummary? ReadSummary(RunDirectory directory) => Read(directory.SummaryFile, _strict.RunSummary);

    /// <summary>The summary with the status that the run has by now: <c>interrupted</c> for one that was killed.</summary>
    public static RunSummary? ReadSummary(RunDirectory directory, TimeProvider time) => ReadSummary(directory) is not { } summary ? null
        : summary.Run.Status is not ("queued" or "running") ? summary
        : summary with { Run = summary.Run with { Status = StatusOf(directory, time).Status } };

    /// <summary>The figures of a run by its files: those of its end, or of its last sign of life.</summary>
    public static RunProgress ReadProgress(RunDirectory directory, TimeProvider time)
    {
        var (status, file) = StatusOf(directory, time);
        var known = ReadSummary(directory) is { } summary
            ? RunProgress.From(summary)
            : new RunProgress { Run = directory.Run, Scenario = file?.Scenario ?? "unknown", Status = status, Started = file?.Started };
        // A run that did not end lasted as long as its last sign of life.
        var ended = known.Ended || (file?.Heartbeat - known.Started)?.TotalSeconds is not { } lived ? known
            : known with { ElapsedS = Math.Max(known.ElapsedS, Math.Round(lived, 3)) };
        return ended with { Status = status };
    }

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static string Names(IEnumerable<RunDirectory> runs) => string.Join(", ", runs.Take(3).Select(run => run.Run));

    // How many leading characters agree, with the whole id or its last four digits.
    private static int Likeness(string id, string text) =>
        Math.Max(id.AsSpan().CommonPrefixLength(text), id.AsSpan(16).CommonPrefixLength(text));
}

/// <summary>Status of a run, and its <c>run.json</c> where there is one.</summary>
public readonly record struct RunStatus(string Status, RunFile? File)
{
    /// <summary>Whether a run that goes on has not given a sign of life for <see cref="RunDirectoryReader.Stale"/>.</summary>
    public bool Silent { get; init; }

    /// <summary>Whether the run waits for its turn (<c>start --queue</c>), or is just starting: nothing answers for it yet.</summary>
    public bool Waits => Status is "queued" && File is { ControlUrl: null };

    /// <summary>Whether the run has ended.</summary>
    public bool Ended => Status is not ("queued" or "running");
}
