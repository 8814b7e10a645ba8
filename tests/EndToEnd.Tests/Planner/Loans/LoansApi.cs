using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.EndToEnd.Tests.Planner.Loans;

/// <summary>Library loans: snake_case, a bearer login, refusals as 409 with a code, OpenAPI 3.0 in JSON.</summary>
internal sealed class LoansApi : ISample
{
    private const int MaxRenewals = 2;
    private static readonly string[] Branches = ["main", "harbour", "hillside"];
    private readonly LoansState _state = new();

    public string OpenApiPath => "/openapi.json";

    public void Add(WebApplicationBuilder builder) =>
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

    public void Map(WebApplication app)
    {
        SampleApi.MapDocument(app, OpenApiPath, "Loans/openapi.json");
        app.MapPost("/auth/token", LogIn);
        app.MapDelete("/auth/token", (HttpRequest request) => _state.Close(request) ? Results.NoContent() : Unauthorized());
        app.MapGet("/me", (HttpRequest request) => _state.Member(request) is { } member ? Results.Ok(new { Username = member }) : Unauthorized());
        app.MapGet("/books", Search);
        app.MapGet("/books/{bookId:int}", (int bookId) => _state.Book(bookId) is { } book ? Results.Ok(book) : Refused(404, "book_not_found", "There is no such book."));
        app.MapGet("/loans", List);
        app.MapPost("/loans", Borrow);
        app.MapGet("/loans/{loanId:int}", (int loanId, HttpRequest request) => WithLoan(loanId, request, loan => Results.Ok(View(loan))));
        app.MapPost("/loans/{loanId:int}/renewals", (int loanId, HttpRequest request) => WithLoan(loanId, request, Renew));
        app.MapPost("/loans/{loanId:int}/return", (int loanId, HttpRequest request) => WithLoan(loanId, request, Return));
        app.MapPost("/reservations", Reserve);
        app.MapGet("/reservations/{reservationId:int}", GetReservation);
    }

    public Task<IReadOnlyList<string>> FactsAsync(HttpClient client) => Task.FromResult(_state.Facts());

    private IResult LogIn(Credentials credentials) => credentials is { Username: { } name, Password: { } password }
        ? _state.Open(name, password) is { } token
            ? Results.Ok(new { AccessToken = token, TokenType = "bearer", ExpiresIn = 3600 })
            : Refused(401, "invalid_credentials", "Username or password is wrong.")
        : Refused(422, "invalid_request", "username and password are required.");

    private IResult Search(string? search, string? author, [FromQuery(Name = "available_only")] bool? availableOnly, int limit = 20, int offset = 0)
    {
        if (limit is < 1 or > 50 || offset < 0)
        {
            return Refused(422, "invalid_request", "limit must be 1 to 50, offset at least 0.");
        }
        var found = _state.Books
            .Where(book => search is null || book.Title.Contains(search, StringComparison.OrdinalIgnoreCase))
            .Where(book => author is null || book.Author.Contains(author, StringComparison.OrdinalIgnoreCase))
            .Where(book => availableOnly is not true || book.CopiesAvailable > 0)
            .ToList();
        return Results.Ok(new { Total = found.Count, Items = found.Skip(offset).Take(limit) });
    }

    private IResult List(string? state, HttpRequest request) => _state.Member(request) is { } member
        ? Results.Ok(new { Items = _state.Loans.Where(loan => loan.Member == member && (state is null || loan.State == state)).Select(View) })
        : Unauthorized();

    private IResult Borrow(NewLoan loan, HttpRequest request)
    {
        if (_state.Member(request) is not { } member)
        {
            return Unauthorized();
        }
        if (loan.BookId is not { } bookId || loan.PeriodDays is < 7 or > 42)
        {
            return Refused(422, "invalid_request", loan.BookId is null ? "book_id is required." : "period_days must be 7 to 42.");
        }
        if (_state.Book(bookId) is not { } book)
        {
            return Refused(404, "book_not_found", $"There is no book {bookId}.");
        }
        if (_state.Loans.Any(other => other.Member == member && other.Book == book && other.State == "active"))
        {
            return Refused(409, "already_borrowed", $"You have borrowed '{book.Title}' already.");
        }
        return _state.Lend(member, book, loan.PeriodDays ?? 21) is { } made
            ? Results.Created($"/loans/{made.Id}", View(made))
            : Refused(409, "no_copies", $"All copies of '{book.Title}' are on loan. You can reserve it.");
    }

    private static IResult Renew(Loan loan)
    {
        if (loan.State != "active" || loan.Renewals == MaxRenewals)
        {
            return Refused(409, "not_renewable", "Only active loans can be renewed, and only twice.");
        }
        loan.Renewals++;
        return Results.Ok(View(loan));
    }

    private static IResult Return(Loan loan)
    {
        if (loan.State != "active")
        {
            return Refused(409, "already_returned", "The loan has been returned already.");
        }
        loan.State = "returned";
        loan.Book.CopiesAvailable++;
        return Results.Ok(View(loan));
    }

    private IResult Reserve(NewReservation reservation, HttpRequest request)
    {
        if (_state.Member(request) is not { } member)
        {
            return Unauthorized();
        }
        if (reservation.BookId is not { } bookId || !Branches.Contains(reservation.PickupBranch))
        {
            return Refused(422, "invalid_request", "book_id and pickup_branch (main, harbour or hillside) are required.");
        }
        if (_state.Book(bookId) is not { } book)
        {
            return Refused(404, "book_not_found", $"There is no book {bookId}.");
        }
        return book.CopiesAvailable > 0
            ? Refused(409, "book_available", $"'{book.Title}' is on the shelf: borrow it.")
            : Results.Json(View(_state.Reserve(member, book, reservation.PickupBranch!)), statusCode: 201);
    }

    private IResult GetReservation(int reservationId, HttpRequest request) => _state.Member(request) is not { } member ? Unauthorized()
        : _state.Reservations.Find(item => item.Id == reservationId && item.Member == member) is { } found ? Results.Ok(View(found))
        : Refused(404, "reservation_not_found", "You have no such reservation.");

    private IResult WithLoan(int loanId, HttpRequest request, Func<Loan, IResult> then) => _state.Member(request) is not { } member ? Unauthorized()
        : _state.Loans.Find(loan => loan.Id == loanId && loan.Member == member) is { } found ? then(found)
        : Refused(404, "loan_not_found", "You have no such loan.");

    private static object View(Loan loan) => new
    {
        LoanId = loan.Id,
        Book = new { loan.Book.BookId, loan.Book.Title },
        loan.PeriodDays,
        loan.Renewals,
        loan.State,
    };

    private static object View(Reservation item) => new { ReservationId = item.Id, item.Book.BookId, item.PickupBranch, State = "waiting" };

    private static IResult Unauthorized() => Refused(401, "unauthorized", "Log in first: POST /auth/token.");

    private static IResult Refused(int status, string code, string message) => Results.Json(new { Error = new { Code = code, Message = message } }, statusCode: status);

    private sealed record Credentials(string? Username, string? Password);

    private sealed record NewLoan(int? BookId, int? PeriodDays);

    private sealed record NewReservation(int? BookId, string? PickupBranch);
}
