using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>What a run left in its directory.</summary>
internal sealed class RunOnDisk
{
    private RunOnDisk(RunDirectory directory, RunSummary summary, List<SessionRecord> sessions)
    {
        (Directory, Summary, Sessions) = (directory, summary, sessions);
    }

    public RunDirectory Directory { get; }

    public RunSummary Summary { get; }

    public List<SessionRecord> Sessions { get; }

    /// <summary>Reads the only run of <paramref name="directory"/>.</summary>
    public static async Task<RunOnDisk> ReadAsync(TempDirectory directory)
    {
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        var summary = RunDirectoryReader.ReadSummary(run);
        Assert.NotNull(summary);
        var sessions = new List<SessionRecord>();
        await foreach (var session in SessionLog.ReadAsync(run, null, TestContext.Current.CancellationToken))
        {
            sessions.Add(session);
        }
        return new RunOnDisk(run, summary, sessions);
    }

    /// <summary>Trace ids of all log lines of one event of one service.</summary>
    public List<string> Traces(string service, string name)
    {
        var traces = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(Directory.Logs, $"{service}.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("event").GetString() == name)
            {
                traces.Add(json.RootElement.GetProperty("trace_id").GetString()!);
            }
        }
        return traces;
    }
}
