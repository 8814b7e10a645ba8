namespace ApeTest.EndToEnd.Tests.Planner.Loans;

internal sealed class Loan(int id, string member, Book book, int periodDays)
{
    public int Id { get; } = id;

    public string Member { get; } = member;

    public Book Book { get; } = book;

    public int PeriodDays { get; } = periodDays;

    public int Renewals { get; set; }

    public string State { get; set; } = "active";
}
