using System.Diagnostics;
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
    /// <summary>Age of a heartbeat from which a run whose process is gone counts as interrupted.</summary>
    public static TimeSpan Stale { get; } = TimeSpan.FromSeconds(5);

    /// <summary>All runs, newest first. Empty where there is no such directory.</summary>
    public static IReadOnlyList<RunDirectory> List(string runsRoot)
    {
        try
        {
            return [.. System.IO.Directory.EnumerateDirectories(runsRoot)
                .Where(path => RunId.IsValid(System.IO.Path.GetFileName(path)))
                .OrderByDescending(System.IO.Path.GetFileName, StringComparer.Ordinal)
                .Select(path => new RunDirectory(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>
    /// The run that <paramref name="text"/> names: an id, a unique beginning of one or of its last four digits (<c>7f3a</c>), or
    /// <c>latest</c>, as is null. An unknown or ambiguous name throws <see cref="ApeTestException"/> (exit 2) that lists the nearest.
    /// </summary>
    public static RunDirectory Find(string runsRoot, string? text)
    {
        var runs = List(runsRoot);
        if (runs.Count == 0)
        {
            throw new ApeTestException($"There are no runs in {runsRoot}.", "Start one with `ape-test start`.", ExitCodes.Input);
        }
        if (text is null or "latest")
        {
            return runs[0];
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
    /// Status of a run by its <c>run.json</c>; <c>interrupted</c> when it says that it runs, but its heartbeat is stale and its process
    /// gone, or when it left no readable <c>run.json</c> at all.
    /// </summary>
    public static RunStatus StatusOf(RunDirectory directory, TimeProvider time)
    {
        if (Read(directory.RunFile, RunsJson.Line.RunFile) is not { } file)
        {
            return new RunStatus("interrupted", null);
        }
        var alive = file.Status is not ("queued" or "running") || time.GetUtcNow() - file.Heartbeat <= Stale || IsRunning(file.Pid);
        return new RunStatus(alive ? file.Status : "interrupted", file);
    }

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

    /// <summary>The summary; null where there is none, or none that can be read.</summary>
    public static RunSummary? ReadSummary(RunDirectory directory) => Read(directory.SummaryFile, RunsJson.Line.RunSummary);

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
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
    /// <summary>Whether the run has ended.</summary>
    public bool Ended => Status is not ("queued" or "running");
}
