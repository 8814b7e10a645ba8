using System.Text.Json.Nodes;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.EndToEnd.Tests;

/// <summary>Goals without a declared success: the oracle is derived, printed and stored, and believes nobody.</summary>
public sealed class DerivedOracleTests
{
    private static readonly (string Number, string Pin) Card = LibraryApi.Card(1);
    private static readonly string Goal = $"Sign in with library card {Card.Number} and PIN {Card.Pin}, borrow the book \"Frankenstein\", then sign out.";

    [Fact]
    public async Task Start_WithoutSuccess_DerivesWhatAPersonDeclaresAndJudgesByIt()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--goal", Goal, "--iterations", "4", "--agents", "2");

        result.Exits(0);
        Assert.Contains("""
            oracle: derived from the goal (declare your own with --success)
              "borrow the book "Frankenstein"" -> borrowBook = 201, then GET /loans/{loanId} = 200

            """.ReplaceLineEndings("\n"), result.Error, StringComparison.Ordinal);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal("derived", run.Summary.Run.Oracle);
        Assert.Equal(4, run.Summary.Sessions.Succeeded);
        Assert.Equal(4, library.Loans.Count);
        // The evidence is that of the declared conditions, each once.
        Assert.All(run.Sessions, session => Assert.Equal(
            ["borrowBook = 201", "GET /loans/{{loanId}} = 200"], session.Evidence.Select(evidence => evidence.Condition)));
        var resolved = await File.ReadAllTextAsync(run.Directory.ScenarioFile, TestContext.Current.CancellationToken);
        Assert.Contains("- operation: borrowBook # derived", resolved, StringComparison.Ordinal);
        Assert.Contains("loanId: $.loanId # derived", resolved, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DerivedAndDeclaredByHand_JudgeByTheSameEvidence()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var derived = new TempDirectory();
        using var declared = new TempDirectory();

        (await ApeProcess.RunAsync(derived, "start", "--target", library.Url.ToString(), "--goal", Goal, "--iterations", "1")).Exits(0);
        (await ApeProcess.RunAsync(declared, "start", "--target", library.Url.ToString(), "--goal", Goal, "--success", SecondTargetTests.Success, "--iterations", "1")).Exits(0);

        var (one, other) = (await RunOnDisk.ReadAsync(derived), await RunOnDisk.ReadAsync(declared));
        Assert.Equal(("derived", "declared"), (one.Summary.Run.Oracle, other.Summary.Run.Oracle));
        Assert.Equal(other.Sessions[0].Evidence.Select(evidence => evidence.Condition), one.Sessions[0].Evidence.Select(evidence => evidence.Condition));
    }

    [Fact]
    public async Task Start_ModelThatClaimsSuccessWithoutTheDecisiveStep_SucceedsNever()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        // It logs in, does nothing of what it is asked, and then says that it is done.
        await using var model = await ScriptedModel.StartAsync("liar",
            turn => turn.Number == 0 ? new ModelCall("openSession", new JsonObject { ["cardNumber"] = Card.Number, ["pin"] = Card.Pin }) : ModelCall.Done,
            TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        await ApeProcess.RunWithAsync(directory, new Dictionary<string, string>
        {
            ["APETEST_SCENARIO__LLM__BASEURL"] = model.BaseUrl,
            ["OPENAI_API_KEY"] = "no-key-of-anybody",
        }, "start", "--target", library.Url.ToString(), "--goal", Goal, "--model", "openai/liar", "--agents", "2", "--iterations", "4");

        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(0, run.Summary.Sessions.SuccessRate);
        Assert.Equal((4, 0, 4), (run.Summary.Sessions.Started, run.Summary.Sessions.Succeeded, run.Summary.Sessions.Stuck));
        Assert.All(run.Sessions, session =>
        {
            Assert.Equal(SessionOutcome.Stuck, session.Outcome);
            Assert.Contains(session.Actions, action => action is { Tool: "openSession", Status: 201 });
            Assert.StartsWith("finish_without_evidence: borrowBook = 201", session.Reason, StringComparison.Ordinal);
        });
        Assert.Empty(library.Loans);
        // The model was never told by what it is judged.
        Assert.NotEmpty(model.Requests);
        Assert.All(model.Requests, request => Assert.DoesNotContain("$.loanId", request.Text, StringComparison.Ordinal));
        Assert.All(model.Requests, request => Assert.DoesNotContain("{{loanId}}", request.Text, StringComparison.Ordinal));
        Assert.All(model.Requests, request => Assert.DoesNotContain("oracle", request.Text, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Borrow the book \"Walden\"; if it is lent out, reserve it.", "\"reserve it\" depends on a condition", "borrowBook=201; reserveBook=201")]
    [InlineData("Renew my loan", "\"Renew my loan\" fits no operation", "")]
    [InlineData("Have a nice day", "names nothing", "")]
    public async Task Start_GoalThatProvesNothingCertain_Exits2WithCandidatesAndLeavesNothing(string goal, string message, string suggestion)
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--goal", goal);

        result.Exits(2);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains($"--success '{suggestion}", result.Error, StringComparison.Ordinal);
        Assert.Contains("reserveBook=201  (POST /reservations)", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
        Assert.Empty(library.Loans);
    }
}
