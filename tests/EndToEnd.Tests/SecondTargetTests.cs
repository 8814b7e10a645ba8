using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.EndToEnd.Tests;

/// <summary>An API that ApeTest has never seen, read from nothing but its OpenAPI document.</summary>
public sealed class SecondTargetTests
{
    private static readonly string Goal =
        $"Sign in with library card {LibraryApi.Card(1).Number} and PIN {LibraryApi.Card(1).Pin}, borrow the book \"Frankenstein\", then sign out.";

    [Fact]
    public async Task Start_OnALibrary_BorrowsTheBookInEverySession()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--openapi", library.OpenApiUrl.ToString(),
            "--goal", Goal, "--success", "borrowBook=201", "--agents", "3", "--iterations", "9");

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

    [Fact]
    public async Task Start_WithoutSuccess_Exits2WithCandidatesAndBorrowsNothing()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--target", library.Url.ToString(), "--goal", Goal);

        result.Exits(2);
        Assert.Contains("--success 'borrowBook=201'", result.Error, StringComparison.Ordinal);
        Assert.Empty(library.Loans);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }
}
