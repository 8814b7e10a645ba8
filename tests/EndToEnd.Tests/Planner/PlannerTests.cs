using System.Collections.Concurrent;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>
/// <c>builtin/planner</c> on applications that it knows from their OpenAPI documents alone: five of different styles, four goals each. A
/// goal is done where its declared oracle and the application's own state both say so.
/// </summary>
public sealed class PlannerTests(ITestOutputHelper output)
{
    private const int Seed = 6;

    /// <summary>Names of all goals.</summary>
    public static TheoryData<string> Names => [.. GoalCases.All().Select(goal => goal.Name)];

    [Fact]
    public async Task Start_TwentyGoalsOverFiveApis_DoesAtLeastNineInTen()
    {
        var runs = new ConcurrentBag<GoalRun>();
        var goals = GoalCases.All();
        Assert.Equal(20, goals.Count);

        // Two at a time: each is a process of its own, and a build machine has two cores.
        await Parallel.ForEachAsync(goals, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken },
            async (goal, _) => runs.Add(await GoalRun.MakeAsync(goal, Seed)));

        output.WriteLine(string.Join('\n', runs.OrderBy(run => run.Goal.Name, StringComparer.Ordinal).Select(run => run.Told())));
        // Success that the state belies is ours to answer for, however many goals are done.
        Assert.Empty(runs.Where(run => run.IsLie).Select(run => run.Goal.Name));
        Assert.True(runs.Count(run => run.IsDone) * 10 >= goals.Count * 9, $"done: {runs.Count(run => run.IsDone)} of {goals.Count}; the report says which and why");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Oracle_GoalDoneByHand_HoldsAndSoDoesTheState(string name)
    {
        var goal = GoalCases.Named(name);
        await using var api = await SampleApi.StartAsync(goal.Sample, TestContext.Current.CancellationToken);
        using var hand = new Hand(goal, api);

        await goal.ByHand(hand);

        var verdict = await hand.JudgeAsync();
        Assert.True(verdict.Succeeded, string.Join('\n', verdict.Evidence));
        Assert.Null(await goal.WrongStateAsync(api));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Oracle_NothingDone_DoesNotHoldNorDoesTheState(string name)
    {
        var goal = GoalCases.Named(name);
        await using var api = await SampleApi.StartAsync(goal.Sample, TestContext.Current.CancellationToken);
        using var hand = new Hand(goal, api);

        Assert.False((await hand.JudgeAsync()).Succeeded);
        Assert.NotNull(await goal.WrongStateAsync(api));
    }
}
