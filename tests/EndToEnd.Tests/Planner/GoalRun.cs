using System.Text.Json;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>One session of <c>ape-test start</c> with <c>builtin/planner</c> at one goal.</summary>
/// <param name="Goal">The goal.</param>
/// <param name="Session">What the run recorded; null where it made no session.</param>
/// <param name="WrongState">What is wrong with the application's state; null for nothing.</param>
/// <param name="Said">What the command said where it made no session.</param>
internal sealed record GoalRun(GoalCase Goal, SessionRecord? Session, string? WrongState, string Said)
{
    private const int MostCalls = 30;

    /// <summary>Whether the oracle says so.</summary>
    public bool Succeeded => Session?.Outcome is SessionOutcome.Succeeded;

    /// <summary>Oracle and state agree that it is done.</summary>
    public bool IsDone => Succeeded && WrongState is null;

    /// <summary>Success was said of a state that is wrong: worse than any failure.</summary>
    public bool IsLie => Succeeded && WrongState is not null;

    /// <summary>Runs it.</summary>
    public static async Task<GoalRun> MakeAsync(GoalCase goal, int seed)
    {
        await using var api = await SampleApi.StartAsync(goal.Sample, TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        string[] header = goal.Sample.Header is { } value ? ["--header", value] : [];
        var result = await ApeProcess.RunAsync(directory,
            ["start", goal.File, "--target", api.Url.AbsoluteUri, "--agents", "1", "--iterations", "1", "--seed", $"{seed}", .. header]);
        var wrong = await goal.WrongStateAsync(api);
        if (result.Code is not (0 or 99))
        {
            return new GoalRun(goal, null, wrong, $"exit {result.Code}: {result.Error}");
        }
        var run = await RunOnDisk.ReadAsync(directory);
        return new GoalRun(goal, run.Sessions.SingleOrDefault(), wrong, result.Error);
    }

    /// <summary>How it went, for people: outcome, state, conditions not met, calls.</summary>
    public string Told()
    {
        if (IsDone)
        {
            return $"done  {Goal.Name} ({Session!.Actions.Length} calls)";
        }
        if (Session is null)
        {
            return $"FAIL  {Goal.Name}: {Said}";
        }
        var lines = new List<string> { $"{(IsLie ? "LIE " : "FAIL")}  {Goal.Name}: {Session.Outcome}, {Session.Reason}" };
        lines.AddRange(Session.Evidence.Where(item => !item.Ok).Select(item => $"        unmet {item.Condition}: {item.Detail}"));
        if (WrongState is not null)
        {
            lines.Add($"        state {WrongState}");
        }
        lines.AddRange(Session.Actions.Take(MostCalls).Select(action =>
            $"        {action.N,2} {action.Tool} {JsonSerializer.Serialize(action.Args)} -> {action.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} {action.Error}"));
        return string.Join('\n', lines);
    }
}
