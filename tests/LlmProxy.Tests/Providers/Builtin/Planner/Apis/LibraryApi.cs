namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Library loans: sessions as a resource, snake case, plain arrays, an action segment.</summary>
internal sealed class LibraryApi : SimulatedApi
{
    private readonly (string Id, string Title, string Author, int Available)[] _books =
        [("b-1", "The Hobbit", "J. R. R. Tolkien", 2), ("b-2", "Dune", "Frank Herbert", 0), ("b-3", "Dune Messiah", "Frank Herbert", 1), ("b-4", "Emma", "Jane Austen", 3)];

    public Dictionary<string, string> Loans { get; } = [];

    public List<string> Returned { get; } = [];

    public bool SessionEnded { get; private set; }

    public LibraryApi()
    {
        Map("create_session", "POST /sessions - Sign in with card number and PIN.", "card_number:string! pin:string!", arguments =>
            Text(arguments, "card_number") == "C-77" && Text(arguments, "pin") == "1234" ? new(201, new { session_token = "s" }) : Problem(401, "Unknown card."));
        Map("delete_session", "DELETE /sessions/current - Sign out.", "", _ =>
        {
            SessionEnded = true;
            return new(204);
        });
        Map("search_books", "GET /books - Search the catalogue.", "title:string author:string available:boolean limit:integer", arguments => new(200, _books
            .Where(book => book.Title.Contains(Text(arguments, "title"), StringComparison.OrdinalIgnoreCase)
                && book.Author.Contains(Text(arguments, "author"), StringComparison.OrdinalIgnoreCase)
                && (Text(arguments, "available") != "true" || book.Available > 0))
            .Select(book => new { book_id = book.Id, title = book.Title, author = book.Author, copies_available = book.Available })));
        Map("get_book", "GET /books/{book_id} - One book.", "book_id:string!", _ => new(200, new { }));
        Map("create_loan", "POST /loans - Borrow a book.", "book_id:string!", arguments =>
        {
            var book = _books.FirstOrDefault(candidate => candidate.Id == Text(arguments, "book_id"));
            if (book.Available == 0)
            {
                return Problem(409, "No copy is available.");
            }

            var id = $"l-{Loans.Count + 1}";
            Loans[id] = book.Id;
            return new(201, new { loan_id = id, due = "2026-12-24" });
        });
        Map("list_loans", "GET /loans - Your loans.", "", _ => new(200, Loans.Select(loan => new { loan_id = loan.Key, book_id = loan.Value })));
        Map("return_loan", "POST /loans/{loan_id}/return - Bring a book back.", "loan_id:string!", arguments =>
        {
            Returned.Add(Text(arguments, "loan_id"));
            return new(Loans.ContainsKey(Text(arguments, "loan_id")) ? 200 : 404, new { });
        });
        Map("renew_loan", "POST /loans/{loan_id}/renew - Extend a loan.", "loan_id:string!", arguments => new(Loans.ContainsKey(Text(arguments, "loan_id")) ? 200 : 404, new { }));
    }
}
