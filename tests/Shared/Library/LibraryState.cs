using System.Collections.Concurrent;

namespace ApeTest.Tests.Shared.Library;

internal sealed class LibraryState(LibraryOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (int Member, DateTimeOffset Expires)> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, LibraryLoan> _loans = new();
    private readonly ConcurrentDictionary<string, int> _queues = new(StringComparer.Ordinal);
    private long _lastLoan;
    private long _lastReservation;

    public LibraryOptions Options { get; } = options;

    public LibraryBook[] Books { get; } = LibraryBook.Seed(options.Copies);

    public IReadOnlyList<LibraryLoan> Loans => [.. _loans.OrderBy(loan => loan.Key).Select(loan => loan.Value)];

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Number of the member with this card and PIN; 0 if there is none.</summary>
    public int Member(string? card, string? pin)
    {
        return card is { Length: >= 6 } && int.TryParse(card.AsSpan(5), out var number) && number >= 1 && number <= Options.Members
            && LibraryApi.Card(number) == (card, pin)
                ? number
                : 0;
    }

    public string Open(int member)
    {
        var token = Guid.NewGuid().ToString("N");
        _sessions[token] = (member, Now + Options.TokenLifetime);
        return token;
    }

    public bool Close(string token)
    {
        return _sessions.TryRemove(token, out _);
    }

    /// <summary>Card number of the token's member; null if the token is no good.</summary>
    public string? CardOf(string? token)
    {
        return token is not null && _sessions.TryGetValue(token, out var session) && session.Expires > Now ? LibraryApi.Card(session.Member).Number : null;
    }

    public LibraryBook? Book(string? id)
    {
        return Array.Find(Books, book => book.Id == id);
    }

    public LibraryLoan Lend(string card, LibraryBook book, int days, string? traceId)
    {
        var number = Interlocked.Increment(ref _lastLoan);
        return _loans[number] = new LibraryLoan(FormattableString.Invariant($"ln-{number}"), card, book.Id, days, traceId, Returned: false);
    }

    public LibraryLoan? Loan(string card, string id)
    {
        return id.StartsWith("ln-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(3), out var number)
            && _loans.TryGetValue(number, out var loan) && loan.CardNumber == card
                ? loan
                : null;
    }

    /// <summary>Null if it was returned before.</summary>
    public LibraryLoan? Return(LibraryLoan loan)
    {
        var returned = loan with { Returned = true };
        if (loan.Returned || !_loans.TryUpdate(long.Parse(loan.LoanId.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture), returned, loan))
        {
            return null;
        }

        Book(loan.BookId)!.TakeBack();
        return returned;
    }

    public (string Id, int Position) Reserve(LibraryBook book)
    {
        var position = _queues.AddOrUpdate(book.Id, 1, (_, before) => before + 1);
        return (FormattableString.Invariant($"rs-{Interlocked.Increment(ref _lastReservation)}"), position);
    }
}
