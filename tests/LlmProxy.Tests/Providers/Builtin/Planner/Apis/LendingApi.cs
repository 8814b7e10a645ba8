namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Library with members, copies and reservations: what is lent out answers 409, the loan names member and book.</summary>
internal sealed class LendingApi : SimulatedApi
{
    private readonly List<(int Id, string Title, string Author, int Year, int Copies)> _books =
        [(11, "Emma", "Jane Austen", 1815, 0), (12, "Persuasion", "Jane Austen", 1817, 2), (13, "Dracula", "Bram Stoker", 1897, 1), (14, "Dubliners", "James Joyce", 1914, 3)];
    private readonly List<(int Loan, int Book)> _loans = [(900, 14)];

    /// <summary>Whether the list tells how many copies there are.</summary>
    public bool TellsCopies { get; init; } = true;

    public LendingApi()
    {
        Map("searchBooks", "GET /books - Search the catalogue", "title:string author:string page:integer", arguments => new(200, new
        {
            results = _books.Where(book => book.Title.Contains(Text(arguments, "title"), StringComparison.OrdinalIgnoreCase) && book.Author.Contains(Text(arguments, "author"), StringComparison.OrdinalIgnoreCase))
                .Select(book => TellsCopies ? (object)new { bookId = book.Id, title = book.Title, author = book.Author, year = book.Year, availableCopies = book.Copies } : new { bookId = book.Id, title = book.Title, author = book.Author, year = book.Year }),
        }));
        Map("listMembers", "GET /members - Members", "email:string(email)", arguments => new(200, new { results = new[] { new { memberId = 5, name = "Ann Lee", email = "ann@example.com" }, new { memberId = 6, name = "Bob Ray", email = "bob@example.com" } }
            .Where(member => Text(arguments, "email").Length == 0 || member.email == Text(arguments, "email")) }));
        Map("registerMember", "POST /members - Register a member", "name:string! email:string(email)!", arguments =>
        {
            Effects.Add($"member {Text(arguments, "name")} {Text(arguments, "email")}");
            return new(201, new { memberId = 7, name = Text(arguments, "name") });
        });
        Map("createLoan", "POST /loans - Lend a book to a member", "bookId:integer! memberId:integer! dueDate:string(date)", arguments =>
        {
            var book = _books.Find(book => book.Id == Int(arguments, "bookId"));
            if (book.Copies == 0)
            {
                return book.Id == 0 ? Problem(404, "No such book.") : Problem(409, "All copies are lent out.");
            }

            _loans.Add((901, book.Id));
            Effects.Add($"loan {book.Id} to {Int(arguments, "memberId")} {Text(arguments, "dueDate")}".TrimEnd());
            return new(201, new { loanId = 901, bookId = book.Id, memberId = Int(arguments, "memberId") });
        });
        Map("listLoans", "GET /members/{memberId}/loans - Loans of a member", "memberId:integer!", _ => new(200, new { results = _loans.Select(loan => new { loanId = loan.Loan, bookId = loan.Book, title = _books.Find(book => book.Id == loan.Book).Title }) }));
        Map("returnLoan", "POST /loans/{loanId}/return - Return a lent book", "loanId:integer!", arguments =>
        {
            Effects.Add($"return {Int(arguments, "loanId")}");
            return _loans.RemoveAll(loan => loan.Loan == Int(arguments, "loanId")) > 0 ? new(200, new { }) : Problem(404, "No such loan.");
        });
        Map("renewLoan", "POST /loans/{loanId}/renewals - Renew a loan", "loanId:integer!", arguments =>
        {
            Effects.Add($"renew {Int(arguments, "loanId")}");
            return new(201, new { });
        });
        Map("createReservation", "POST /reservations - Put a member on the waiting list of a book", "bookId:integer! memberId:integer!", arguments =>
        {
            Effects.Add($"reserve {Int(arguments, "bookId")} for {Int(arguments, "memberId")}");
            return new(201, new { reservationId = 77 });
        });
    }
}
