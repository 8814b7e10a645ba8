using System.Text.RegularExpressions;
using ApeTest.Cli.Tests;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Testing.Tests;

public sealed class ApeTestRunTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Run_TargetWorks_ReturnsTheSummary()
    {
        await using var target = await Target.StartAsync();

        var result = await Run(target).WithAgents(2).WithIterations(4).WithSeed(7).WithHeader("X-Tenant", "acme").WithThreshold("http_p95 < 30s").RunAsync(Cancellation);

        Assert.True(result.Succeeded);
        Assert.Equal((4L, 7L, 2), (result.Summary.Sessions.Succeeded, result.Summary.Run.Seed, result.Summary.Run.Agents));
        Assert.Equal("acme", target.Tenant);
        Assert.Equal(4, result.Sessions.Length);
        Assert.Contains(result.Thresholds, threshold => threshold is { Name: "session_success", Expr: ">= 1", Ok: true });
        Assert.Contains(result.Thresholds, threshold => threshold is { Name: "http_p95", Ok: true });
        Assert.StartsWith(_directory.Path, result.Directory, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(result.Directory, "summary.json")));
        Assert.Same(result, result.EnsureSucceeded());
    }

    [Fact]
    public async Task Run_TargetFails_ThrowsAReadableMessage()
    {
        await using var target = await Target.StartAsync(status: 503);

        var failure = await Assert.ThrowsAsync<ApeTestFailedException>(() =>
            Run(target).WithAgents(1).WithIterations(7).WithSeed(1).RunAsync(Cancellation));

        var session = failure.Result.Sessions[0];
        Assert.Contains(session.TraceId, failure.Message, StringComparison.Ordinal);
        Assert.Contains(failure.Result.Directory, failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(SessionOutcome.Succeeded, session.Outcome);
        var constant = Regex.Replace(failure.Message.Replace(_directory.Path, "DIRECTORY", StringComparison.Ordinal), "[0-9]{8}-[0-9]{6}-[0-9a-f]{4}", "RUN");
        Golden.Check("failure.txt", Regex.Replace(constant, "[0-9a-f]{32}", "TRACE"));
    }

    [Fact]
    public async Task Run_FailureReturned_IsThrownByEnsureSucceeded()
    {
        await using var target = await Target.StartAsync(status: 500);

        var result = await Run(target).WithIterations(1).ReturnFailure().RunAsync(Cancellation);

        Assert.False(result.Succeeded);
        Assert.Throws<ApeTestFailedException>(() => result.EnsureSucceeded());
    }

    [Fact]
    public async Task Run_AThresholdOfItsOwn_TakesThePlaceOfTheDefault()
    {
        await using var target = await Target.StartAsync(status: 500);

        var result = await Run(target).WithIterations(1).WithThreshold("session_success >= 0").RunAsync(Cancellation);

        Assert.Equal(0, result.Summary.Sessions.Succeeded);
        Assert.Single(result.Thresholds, threshold => threshold.Name == "session_success");
    }

    [Fact]
    public async Task Run_SeveralAtOnce_DoNotDisturbEachOther()
    {
        await using var target = await Target.StartAsync();
        await using var broken = await Target.StartAsync(status: 500);

        var results = await Task.WhenAll(
            Run(target).WithIterations(3).RunAsync(Cancellation),
            Run(broken).WithIterations(2).ReturnFailure().RunAsync(Cancellation),
            Run(target).WithIterations(4).RunAsync(Cancellation)).Within(Cancellation);

        Assert.Equal([3L, 0L, 4L], results.Select(result => result.Summary.Sessions.Succeeded));
        Assert.Equal(3, results.Select(result => result.Directory).Distinct().Count());
        Assert.Equal(7, target.Requests);
    }

    [Fact]
    public async Task Run_Cancelled_StopsAndLeavesNothingRunning()
    {
        await using var target = await Target.StartAsync(delay: TimeSpan.FromMinutes(10));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = Run(target).WithDuration(TimeSpan.FromMinutes(10)).RunAsync(cancel.Token);
        await target.Requested.Task.Within(Cancellation);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run).Within(Cancellation);
        var requests = target.Requests;
        Assert.Equal("aborted", Assert.Single(Runs.Directory.RunDirectoryReader.List(Runs.Directory.RunDirectory.RunsRoot(_directory.Path)).Select(
            directory => Runs.Directory.RunDirectoryReader.StatusOf(directory, TimeProvider.System).Status)));
        Assert.Equal(requests, target.Requests);
    }

    [Fact]
    public async Task Run_TimeIsUp_ThrowsTimeout()
    {
        await using var target = await Target.StartAsync(delay: TimeSpan.FromMinutes(10));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() =>
            Run(target).WithDuration(TimeSpan.FromMinutes(10)).WithTimeout(TimeSpan.FromSeconds(3)).RunAsync(Cancellation)).Within(Cancellation);

        Assert.Contains("3s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MistakesOfTheUser_AreToldAtOnce()
    {
        await using var target = await Target.StartAsync();
        await Assert.ThrowsAsync<ApeTestException>(() => Run(target).WithThreshold("nonsense").RunAsync(Cancellation));
        await Assert.ThrowsAsync<ApeTestException>(() => Run(target).WithModel("nobody/nothing").RunAsync(Cancellation));
        var remote = await Assert.ThrowsAsync<ApeTestException>(() => ApeTestRun.For("http://shop.example").WithGoal("Look around").RunAsync(Cancellation));
        Assert.EndsWith("\nAdd .AllowRemoteTarget() if you may load it.", remote.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(target).WithAgents(0));
        Assert.Throws<ArgumentException>(() => Run(target).WithGoal(" "));
        Assert.False(Directory.Exists(_directory.Combine(".ape")));
    }

    [Fact]
    public async Task Run_GoalThatNothingProves_SaysInTheMessageWhatToDo()
    {
        await using var target = await Target.StartAsync();

        var mistake = await Assert.ThrowsAsync<ApeTestException>(() => ApeTestRun.For(target.Url).WithGoal("Do something nice").InDirectory(_directory.Path).RunAsync(Cancellation));
        var threshold = await Assert.ThrowsAsync<ApeTestException>(() => Run(target).WithThreshold("http_p96 < 1ms").RunAsync(Cancellation));

        Assert.NotNull(mistake.Hint);
        Assert.EndsWith($"\n{mistake.Hint}", mistake.Message, StringComparison.Ordinal);
        Assert.Contains("WithSuccess", mistake.Message, StringComparison.Ordinal);
        Assert.StartsWith("WithThreshold: ", threshold.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--", mistake.Message + threshold.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Journeys_ReplayWithoutAModel()
    {
        await using var target = await Target.StartAsync();
        var file = _directory.Combine("journey.yaml");
        await File.WriteAllTextAsync(file, """
            target: { url: http://127.0.0.1:1 }
            journeys:
              - name: write
                steps:
                  - post: /notes
                    json: { text: hello }
                    check: 201
            """, Cancellation);

        var result = await ApeTestRun.For(target.Url).WithJourney(file).WithIterations(5).InDirectory(_directory.Path).RunAsync(Cancellation);

        Assert.Equal((5L, 0L), (result.Summary.Sessions.Succeeded, result.Summary.Llm.Calls));
        var wrong = _directory.Combine("goals.yaml");
        await File.WriteAllTextAsync(wrong, "target: { url: http://127.0.0.1:1 }\ngoals: [ { goal: Look around, success: 'x=200' } ]\n", Cancellation);
        await Assert.ThrowsAsync<ApeTestException>(() => ApeTestRun.For(target.Url).WithJourney(wrong).RunAsync(Cancellation));
    }

    [Fact]
    public void Builder_EachStep_LeavesTheOneBefore()
    {
        var common = ApeTestRun.For("http://127.0.0.1:5080").WithGoal("Look around");

        var many = common.WithAgents(10);

        Assert.DoesNotContain(common.Flags, flag => flag.Flag == "--agents");
        Assert.Contains(("--agents", "10"), many.Flags);
    }

    private ApeTestRun Run(Target target) => ApeTestRun.For(target.Url)
        .WithGoal("Create a note with the text 'milk'")
        .WithSuccess("createNote=201")
        .InDirectory(_directory.Path);
}
