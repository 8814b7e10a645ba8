using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.EndToEnd.Tests;

/// <summary>An API that ApeTest has never seen, read from nothing but its OpenAPI document.</summary>
public sealed class SecondTargetTests
{
    /// <summary>What a person declares: the loan was made, and the library knows it.</summary>
    public const string Success = "borrowBook=201{loanId=$.loanId}; GET /loans/{{loanId}}=200";

    private static readonly string Goal =
        $"Sign in with library card {LibraryApi.Card(1).Number} and PIN {LibraryApi.Card(1).Pin}, borrow the book \"Frankenstein\", then sign out.";

    [Fact]
    public async Task Start_OnALibrary_BorrowsTheBookInEverySession()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--openapi", library.OpenApiUrl.ToString(),
            "--goal", Goal, "--success", Success, "--agents", "3", "--iterations", "9");

        result.Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(9, run.Summary.Sessions.Succeeded);
        Assert.Equal(9, library.Loans.Count);
        Assert.All(library.Loans, loan => Assert.Equal(LibraryApi.Frankenstein, loan.BookId));
        Assert.Equal(run.Sessions.Where(session => session.Outcome is SessionOutcome.Succeeded).Select(session => session.TraceId).Order(),
            library.Loans.Select(loan => loan.TraceId).Order());
    }

    [Fact]
    public async Task Start_WithoutOpenApiOption_FindsTheDocumentAtItsUsualPath()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--goal", Goal, "--success", "borrowBook=201", "--iterations", "1");

        result.Exits(0);
        Assert.Single(library.Loans);
    }
}
