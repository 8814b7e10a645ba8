using ApeTest.Runs.Directory;
using ApeTest.Runs.Rendering;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Comparison;

/// <summary>Why two runs are not the same test, a sentence each. What differs in the scenarios is named by its field.</summary>
internal static class RunDifferences
{
    private const int MostFields = 6;
    private const double DurationTolerance = 0.1;

    // Another seed is another sample of the same test.
    private static readonly HashSet<string> Ignored = new(["seed"], StringComparer.Ordinal);

    public static IEnumerable<string> Of(RunSummary first, KeptScenario firstScenario, RunSummary second, KeptScenario secondScenario)
    {
        var (before, after) = (first.Run, second.Run);
        if (before.Id == after.Id)
        {
            yield return "The run is compared with itself.";
        }
        if (before.Scenario != after.Scenario)
        {
            yield return $"The scenarios are two: {Show.Safe(before.Scenario)} and {Show.Safe(after.Scenario)}.";
        }
        var fields = Fields(firstScenario, secondScenario).ToList();
        foreach (var field in fields.Take(MostFields))
        {
            yield return field;
        }
        if (fields.Count > MostFields)
        {
            yield return fields.Count == MostFields + 1 ? "One more field of the scenarios differs." : $"{fields.Count - MostFields} more fields of the scenarios differ.";
        }
        if (before.DataSha256 != after.DataSha256)
        {
            yield return "The data feeds hold other data.";
        }
        else if (fields.Count == 0 && before.PlanSha256 != after.PlanSha256 && SameTarget(firstScenario, secondScenario))
        {
            yield return "The target's own document (OpenAPI or GraphQL) is another, or what was derived from it.";
        }
        if (Math.Abs(before.DurationS - after.DurationS) > DurationTolerance * Math.Max(before.DurationS, after.DurationS))
        {
            yield return $"They lasted {Show.Seconds(before.DurationS)} and {Show.Seconds(after.DurationS)}.";
        }
        if (before.Mode != after.Mode || before.Workers != after.Workers || before.Feed != after.Feed)
        {
            yield return $"They ran differently: {Place(before)}, and {Place(after)}.";
        }
        foreach (var run in new[] { before, after })
        {
            if (run.Status != "completed")
            {
                yield return $"{run.Id} did not end by itself: {Show.Safe(run.Status)}.";
            }
            foreach (var reason in run.Suspect)
            {
                yield return $"{run.Id} is suspect, its figures may be the load generator's own: {Show.Safe(reason)}.";
            }
            foreach (var edit in run.Edited)
            {
                yield return $"{run.Id} was changed while it went on: {Show.Safe(edit)}.";
            }
        }
    }

    private static IEnumerable<string> Fields(KeptScenario first, KeptScenario second)
    {
        var (before, after) = (first.Values, second.Values);
        if (before.Count == 0 || after.Count == 0)
        {
            yield return "What the two scenarios say cannot be compared: a scenario.resolved.yaml is missing or damaged.";
            yield break;
        }
        foreach (var path in before.Keys.Union(after.Keys, StringComparer.Ordinal).Where(static path => !Ignored.Contains(path)))
        {
            var (was, isNow) = (before.GetValueOrDefault(path), after.GetValueOrDefault(path));
            if (was != isNow && !(path == "target.url" && SameTarget(first, second)))
            {
                yield return $"{Show.Safe(path)} was {Word(was)} and is {Word(isNow)}.";
            }
        }
    }

    // A sample that was started for its run listened on a port that was free.
    private static bool SameTarget(KeptScenario first, KeptScenario second) => (first["target.url"], second["target.url"]) is ({ } was, { } isNow)
        && (was == isNow || (first.IsAddressDrawn && second.IsAddressDrawn && first["target.sample"] == second["target.sample"]));

    private static string Place(RunFacts run) => $"{Show.Safe(run.Mode)} with {run.Workers} {(run.Workers == 1 ? "worker" : "workers")} ({Show.Safe(run.Feed)} package feed)";

    private static string Word(string? value) => value is null ? "not set" : Show.Cut(Show.Safe(value), 60);
}
