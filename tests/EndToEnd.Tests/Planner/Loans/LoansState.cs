using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Planner.Loans;

/// <summary>What the library knows.</summary>
internal sealed class LoansState
{
    private static readonly Dictionary<string, string> Passwords = new() { ["mia"] = "coffee2go", ["tom"] = "r1ver-boat" };
    private readonly Dictionary<string, string> _tokens = [];
    private int _lastId = 5002;

    public LoansState() => Loans = [Active(5001, "tom", 107), Active(5002, "tom", 103)];

    public List<Book> Books { get; } =
    [
        new(101, "Dune Messiah", "Frank Herbert", 2),
        new(102, "Dune", "Frank Herbert", 3),
        new(103, "The Hobbit", "J. R. R. Tolkien", 0),
        new(104, "Piranesi", "Susanna Clarke", 0),
        new(105, "The Left Hand of Darkness", "Ursula K. Le Guin", 0),
        new(106, "A Wizard of Earthsea", "Ursula K. Le Guin", 2),
        new(107, "Kindred", "Octavia E. Butler", 1),
        new(108, "Solaris", "Stanislaw Lem", 4),
    ];

    public List<Loan> Loans { get; }

    public List<Reservation> Reservations { get; } = [];

    public Book? Book(int id) => Books.Find(book => book.BookId == id);

    public string? Open(string member, string password)
    {
        if (Passwords.GetValueOrDefault(member) != password)
        {
            return null;
        }
        var token = $"lt_{Guid.NewGuid():N}";
        _tokens[token] = member;
        return token;
    }

    public bool Close(HttpRequest request) => Token(request) is { } token && _tokens.Remove(token);

    /// <summary>Who asks; null without a good token.</summary>
    public string? Member(HttpRequest request) => Token(request) is { } token ? _tokens.GetValueOrDefault(token) : null;

    /// <summary>Null where no copy is left.</summary>
    public Loan? Lend(string member, Book book, int days)
    {
        if (book.CopiesAvailable == 0)
        {
            return null;
        }
        book.CopiesAvailable--;
        var loan = new Loan(++_lastId, member, book, days);
        Loans.Add(loan);
        return loan;
    }

    public Reservation Reserve(string member, Book book, string branch)
    {
        var reservation = new Reservation(++_lastId, member, book, branch);
        Reservations.Add(reservation);
        return reservation;
    }

    public IReadOnlyList<string> Facts() =>
    [
        .. _tokens.Values.Distinct().Select(member => $"{member} is logged in"),
        .. Loans.Select(loan => $"{loan.Member} borrowed '{loan.Book.Title}' for {loan.PeriodDays} days, {loan.Renewals} renewals, {loan.State}"),
        .. Reservations.Select(item => $"{item.Member} reserved '{item.Book.Title}' at {item.PickupBranch}"),
    ];

    private static string? Token(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..] : null;

    private Loan Active(int id, string member, int book) => new(id, member, Book(book)!, 21);
}
