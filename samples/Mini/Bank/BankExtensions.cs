using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Mini.Bank;

/// <summary>A bank with a REST API: log in, send money to another account, read the transfer and the books, in which no cent may be missing. State is in memory.</summary>
public static class BankExtensions
{
    /// <summary>Path of its OpenAPI document.</summary>
    public const string OpenApiPath = "/openapi.json";

    private const string Bearer = "Bearer ";

    /// <summary>Adds the bank.</summary>
    public static WebApplicationBuilder AddBank(this WebApplicationBuilder builder, BankOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.AddSingleton(new BankState(options));
        return builder;
    }

    /// <summary>Maps its operations.</summary>
    public static WebApplication MapBank(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet(OpenApiPath, static () => Results.Content(BankDocument.Json, "application/json"));
        app.MapPost("/login", static (LoginRequest login, BankState bank) => SampleUsers.Has(login.Username, login.Password)
            ? Results.Ok(new { token = bank.Sessions.Open(login.Username!), account = BankState.AccountOf(login.Username!) })
            : Refused(StatusCodes.Status401Unauthorized, "Unknown user or wrong password."));
        app.MapPost("/logout", static (HttpRequest request, BankState bank) =>
        {
            bank.Sessions.Close(Token(request) ?? "");
            return Results.NoContent();
        });
        app.MapGet("/account", static (HttpRequest request, BankState bank) =>
            For(request, bank, account => Results.Ok(new { number = account, balance = bank.Balance(account), currency = "EUR" })));
        app.MapPost("/transfers", static (TransferRequest transfer, HttpRequest request, BankState bank) => For(request, bank, account => Send(bank, account, transfer)));
        app.MapGet("/transfers/{id}", static (string id, HttpRequest request, BankState bank) => For(request, bank, account =>
            bank.Transfer(id) is { } found && (found.From == account || found.To == account) ? Results.Ok(found) : Refused(StatusCodes.Status404NotFound, "You have no such transfer.")));
        app.MapGet("/books", static (BankState bank) =>
        {
            var (sum, opening, transfers) = bank.Books();
            return Results.Ok(new { sum, missing = opening - sum, transfers });
        });
        return app;
    }

    private static IResult Send(BankState bank, string account, TransferRequest transfer) => transfer switch
    {
        { Amount: not > 0 } => Refused(StatusCodes.Status422UnprocessableEntity, "amount is a number of cents above 0."),
        { To: var to } when to is null || to == account || bank.Balance(to) is null => Refused(StatusCodes.Status422UnprocessableEntity, "to is another account, acc-0001 to acc-1000."),
        _ => bank.Move(account, transfer.To!, transfer.Amount!.Value) is { } made
            ? Results.Created($"/transfers/{made.Id}", made)
            : Refused(StatusCodes.Status409Conflict, "The balance does not cover the amount."),
    };

    private static IResult For(HttpRequest request, BankState bank, Func<string, IResult> answer) =>
        bank.Sessions.Find(Token(request)) is { } user ? answer(BankState.AccountOf(user)) : Refused(StatusCodes.Status401Unauthorized, "Log in first.");

    private static string? Token(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var value && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..] : null;

    private static IResult Refused(int status, string detail) => Results.Problem(detail, statusCode: status);
}
