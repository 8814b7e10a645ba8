using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Tests.Shared.Library;

internal static class LibraryEndpoints
{
    public static void MapLibrary(this WebApplication app)
    {
        app.Use(DelayAsync);
        app.MapGet("/openapi.json", () => TypedResults.Stream(
            typeof(LibraryEndpoints).Assembly.GetManifestResourceStream("library-openapi.json")!, "application/json"));
        app.MapPost("/sessions", OpenSession);
        app.MapDelete("/sessions/current", CloseSession);
        app.MapGet("/books", SearchBooks);
        app.MapGet("/books/{bookId}", (string bookId, LibraryState library) =>
            library.Book(bookId) is { } book ? Results.Ok(View(book)) : Problem(404, $"No book has the id '{bookId}'."));
        app.MapPost("/loans", Borrow);
        app.MapGet("/loans", ListLoans);
        app.MapGet("/loans/{loanId}", GetLoan);
        app.MapPost("/loans/{loanId}/return", ReturnLoan);
        app.MapPost("/reservations", Reserve);
    }

    private static async Task DelayAsync(HttpContext context, RequestDelegate next)
    {
        var latency = ((LibraryState)context.RequestServices.GetService(typeof(LibraryState))!).Options.Latency;
        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, TimeProvider.System, context.RequestAborted);
        }

        await next(context);
    }

    private static IResult OpenSession(SessionRequest request, LibraryState library)
    {
        if (string.IsNullOrEmpty(request.CardNumber) || string.IsNullOrEmpty(request.Pin))
        {
            return Problem(422, "cardNumber and pin are required.");
        }

        return library.Member(request.CardNumber, request.Pin) is var member and > 0
            ? Results.Json(new { accessToken = library.Open(member), expiresIn = (int)library.Options.TokenLifetime.TotalSeconds, memberId = member }, statusCode: 201)
            : Problem(401, "No member has this card number and PIN.");
    }

    private static IResult CloseSession(HttpRequest request, LibraryState library)
    {
        return Card(request, library) is not null && library.Close(Token(request)!) ? Results.NoContent() : Unauthorized();
    }

    private static IResult SearchBooks(string? title, string? author, bool? available, LibraryState library)
    {
        var books = library.Books
            .Where(book => title is null || book.Title.Contains(title, StringComparison.OrdinalIgnoreCase))
            .Where(book => author is null || book.Author.Contains(author, StringComparison.OrdinalIgnoreCase))
            .Where(book => available is null || book.Copies > 0 == available)
            .OrderBy(book => book.Title, StringComparer.Ordinal)
            .Select(View)
            .ToArray();
        return Results.Ok(new { count = books.Length, books });
    }

    private static IResult Borrow(LoanRequest loan, HttpRequest request, LibraryState library)
    {
        if (Card(request, library) is not { } card)
        {
            return Unauthorized();
        }

        if (loan.Days is < 1 or > 30)
        {
            return Problem(422, "days must be 1 to 30.");
        }

        if (library.Book(loan.BookId) is not { } book)
        {
            return Problem(404, $"No book has the id '{loan.BookId}'. GET /books finds them.");
        }

        if (!book.TryLend())
        {
            return Problem(409, $"No copy of '{book.Title}' is available. POST /reservations queues you for it.");
        }

        var made = library.Lend(card, book, loan.Days, TraceId(request));
        return Results.Created("/loans/" + made.LoanId, View(made, library));
    }

    private static IResult ListLoans(HttpRequest request, LibraryState library)
    {
        return Card(request, library) is { } card
            ? Results.Ok(new { loans = library.Loans.Where(loan => loan.CardNumber == card).Reverse().Take(100).Select(loan => View(loan, library)) })
            : Unauthorized();
    }

    private static IResult GetLoan(string loanId, HttpRequest request, LibraryState library)
    {
        if (Card(request, library) is not { } card)
        {
            return Unauthorized();
        }

        return library.Loan(card, loanId) is { } loan ? Results.Ok(View(loan, library)) : Problem(404, $"You have no loan '{loanId}'.");
    }

    private static IResult ReturnLoan(string loanId, HttpRequest request, LibraryState library)
    {
        if (Card(request, library) is not { } card)
        {
            return Unauthorized();
        }

        if (library.Loan(card, loanId) is not { } loan)
        {
            return Problem(404, $"You have no loan '{loanId}'.");
        }

        return library.Return(loan) is { } returned ? Results.Ok(View(returned, library)) : Problem(409, $"Loan '{loanId}' was returned before.");
    }

    private static IResult Reserve(ReservationRequest reservation, HttpRequest request, LibraryState library)
    {
        if (Card(request, library) is null)
        {
            return Unauthorized();
        }

        if (library.Book(reservation.BookId) is not { } book)
        {
            return Problem(404, $"No book has the id '{reservation.BookId}'. GET /books finds them.");
        }

        if (book.Copies > 0)
        {
            return Problem(409, $"A copy of '{book.Title}' is available: borrow it with POST /loans.");
        }

        var (id, position) = library.Reserve(book);
        return Results.Json(new { reservationId = id, bookId = book.Id, position }, statusCode: 201);
    }

    private static object View(LibraryBook book)
    {
        return new { bookId = book.Id, title = book.Title, author = book.Author, year = book.Year, copiesAvailable = book.Copies };
    }

    private static object View(LibraryLoan loan, LibraryState library)
    {
        return new
        {
            loanId = loan.LoanId,
            bookId = loan.BookId,
            title = library.Book(loan.BookId)!.Title,
            days = loan.Days,
            dueDate = DateOnly.FromDateTime(library.Now.UtcDateTime).AddDays(loan.Days),
            status = loan.Returned ? "returned" : "active",
        };
    }

    private static string? Token(HttpRequest request)
    {
        var value = request.Headers.Authorization.ToString();
        return value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..] : null;
    }

    private static string? Card(HttpRequest request, LibraryState library)
    {
        return library.CardOf(Token(request));
    }

    private static string? TraceId(HttpRequest request)
    {
        return ActivityContext.TryParse(request.Headers.TraceParent, null, out var context) ? context.TraceId.ToHexString() : null;
    }

    private static IResult Unauthorized()
    {
        return Problem(401, "No valid access token. Open a session with POST /sessions.");
    }

    private static IResult Problem(int status, string detail)
    {
        return Results.Problem(detail, statusCode: status);
    }

    private sealed record SessionRequest(string? CardNumber, string? Pin);

    private sealed record LoanRequest(string? BookId, int Days);

    private sealed record ReservationRequest(string? BookId);
}
