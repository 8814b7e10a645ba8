using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;

namespace ApeTest.Cli.Tests;

/// <summary>Prepares run directories as finished, running and killed runs leave them.</summary>
internal static class RunsOnDisk
{
    /// <summary>No process has it: above Linux's and Windows' largest ids that are in use.</summary>
    public const int NoProcess = int.MaxValue - 7;

    public static RunDirectory Finished(CliHarness cli, string run = SummaryFixture.Run)
    {
        var directory = Create(cli, run, "completed", SummaryFixture.Full().Run.Started!.Value, pid: NoProcess);
        var summary = SummaryFixture.Full();
        File.WriteAllText(directory.SummaryFile, JsonSerializer.Serialize(summary with { Run = summary.Run with { Id = run } }, RunsJson.Indented.RunSummary));
        return directory;
    }

    public static RunDirectory Killed(CliHarness cli, string run) =>
        Create(cli, run, "running", cli.Time.GetUtcNow() - TimeSpan.FromHours(1), NoProcess);

    /// <summary>A run of this process, which offers no control address.</summary>
    public static RunDirectory Running(CliHarness cli, string run) =>
        Create(cli, run, "running", cli.Time.GetUtcNow() - TimeSpan.FromSeconds(12), Environment.ProcessId);

    /// <summary>A run of this process that waits for its turn.</summary>
    public static RunDirectory Queued(CliHarness cli, string run) =>
        Create(cli, run, "queued", cli.Time.GetUtcNow() - TimeSpan.FromSeconds(3), Environment.ProcessId);

    /// <summary>Says that it was one session of <c>try</c>.</summary>
    public static void MarkTry(RunDirectory directory)
    {
        Directory.CreateDirectory(directory.Data);
        File.WriteAllText(directory.InputFile, """{"base_directory":"/","trial":true}""");
    }

    /// <summary>Adds the summary of its last second.</summary>
    public static void SummarySoFar(RunDirectory directory)
    {
        var summary = SummaryFixture.Full();
        File.WriteAllText(directory.SummaryFile, JsonSerializer.Serialize(
            summary with { Run = summary.Run with { Id = directory.Run, Status = "running", DurationS = 11.9, Started = null } }, RunsJson.Indented.RunSummary));
    }

    public static RunDirectory Create(CliHarness cli, string run, string status, DateTimeOffset started, int pid)
    {
        var directory = RunDirectory.Create(RunDirectory.RunsRoot(cli.Directory.Path), run);
        File.WriteAllText(directory.RunFile, JsonSerializer.Serialize(new RunFile
        {
            Run = run,
            Scenario = "shop-checkout",
            Status = status,
            Pid = pid,
            Started = started,
            Heartbeat = started + TimeSpan.FromSeconds(12),
            Agents = 20,
        }, RunsJson.Indented.RunFile));
        return directory;
    }
}
