namespace ApeTest.EndToEnd.Tests.Planner.Loans;

internal sealed record Book(int BookId, string Title, string Author, int CopiesAvailable)
{
    public int CopiesAvailable { get; set; } = CopiesAvailable;
}
