using ApeTest.Cli.Embedded;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Ids;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Doctor.Checks;

/// <summary>Runs whose process ended without a word: what they locked is free again, their control token is of no use to anybody, and what Prometheus is told to read is gone.</summary>
internal sealed class RunsCheck : IDoctorCheck
{
    private const int MostLookedAt = 200;
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(10);

    public string Name => "runs";

    public Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>>([Look(patient)]);

    private Finding Look(Patient patient)
    {
        IReadOnlyList<RunDirectory> runs;
        try
        {
            runs = RunDirectoryReader.List(patient.Environment.RunsRoot);
        }
        catch (ApeTestException exception)
        {
            return Finding.Problem(Name, exception.Message, "no run can be recorded", exception.Hint);
        }
        var lost = runs.Take(MostLookedAt).Where(run => LeftOver(run).Any(File.Exists) && IsLost(run, patient.Environment.Time)).ToList();
        return lost.Count == 0
            ? Finding.Ok(Name, runs.Count == 0 ? "none yet" : $"{runs.Count} here, none left over")
            : Finding.Warning(Name, $"{lost.Count} ended without a word: {string.Join(", ", lost.Take(3).Select(static run => run.Run))}{(lost.Count > 3 ? ", ..." : "")}",
                "what they recorded is there up to their last second; their control token or Prometheus's list of targets is left over", "ape-test doctor --fix") with
            {
                Safe = new SafeFix($"remove the control token, Prometheus's list of targets and reserved space of {lost.Count} {(lost.Count == 1 ? "run that ended" : "runs that ended")} without a word", () => lost.ForEach(static run =>
                {
                    foreach (var file in LeftOver(run).Append(run.ReserveFile))
                    {
                        File.Delete(file);
                    }
                })),
            };
    }

    // One without a run.json may be about to begin.
    private static bool IsLost(RunDirectory run, TimeProvider time) => RunDirectoryReader.StatusOf(run, time) is { Status: "interrupted", File: var file }
        && (file is not null || (RunId.TryParse(run.Run, out var submitted) && time.GetUtcNow() - submitted > LongestStart));

    private static IEnumerable<string> LeftOver(RunDirectory run) => [run.TokenFile, ScrapeTargets.FileOf(run)];
}
