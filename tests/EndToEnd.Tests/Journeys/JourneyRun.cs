using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>A scenario of a test, run to its end by <c>ape-test start</c> in a directory of its own.</summary>
internal sealed record JourneyRun(ApeResult Result, RunOnDisk Disk)
{
    /// <summary>Name of the scenario's file.</summary>
    public const string File = "s.yaml";

    /// <summary>Its summary.</summary>
    public RunSummary Summary => Disk.Summary;

    /// <summary>Exchanges of an operation in the summary; 0 where it is missing.</summary>
    public long Count(string operation) => Summary.Http.Where(http => http.Operation == operation).Sum(http => http.Count);

    /// <summary>Errors of a type in the summary.</summary>
    public long Errors(string type) => Summary.Errors.Where(error => error.Type == type).Sum(error => error.Count);

    /// <summary>Runs <paramref name="scenario"/>, which must end with <paramref name="code"/>.</summary>
    public static async Task<JourneyRun> StartAsync(TempDirectory directory, int code, string scenario, params string[] arguments)
    {
        directory.Write(File, scenario);
        var result = await ApeProcess.RunAsync(directory, ["start", File, "--quiet", .. arguments]);
        result.Exits(code);
        var run = new JourneyRun(result, await RunOnDisk.ReadAsync(directory));
        run.AddsUp();
        return run;
    }

    /// <summary>Each session that started has one outcome, and no record was lost.</summary>
    public void AddsUp()
    {
        var sessions = Summary.Sessions;
        Assert.Equal(sessions.Started, sessions.Succeeded + sessions.Failed + sessions.Stuck + sessions.AgentError + sessions.Aborted);
        Assert.Equal(0, Summary.Generator.RecordsDropped);
        Assert.DoesNotContain(Summary.Errors, error => error.Type == "harness");
    }
}
