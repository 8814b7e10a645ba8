using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Planner.Bank;

/// <summary>Bank transfers: idempotency keys, money as decimal text, accounts by IBAN, a second step to approve, OpenAPI 3.0 in JSON.</summary>
internal sealed partial class BankApi : ISample
{
    private readonly BankState _state = new();

    public string OpenApiPath => "/api-docs/openapi.json";

    public void Map(WebApplication app)
    {
        SampleApi.MapDocument(app, OpenApiPath, "Bank/openapi.json");
        app.MapPost("/login", (Login login) => login is { CustomerId: { } customer, Passcode: { } passcode } && _state.Open(customer, passcode) is { } token
            ? Results.Ok(new { SessionToken = token, ExpiresInSeconds = 900 })
            : Refused(401, "Customer id or passcode is wrong."));
        app.MapPost("/logout", (HttpRequest request) => _state.Close(request) ? Results.NoContent() : LogInFirst());
        app.MapGet("/accounts", (HttpRequest request) => For(request, customer => Results.Ok(new { Accounts = _state.Accounts.Where(account => account.Customer == customer).Select(View) })));
        app.MapGet("/accounts/{iban}", (string iban, HttpRequest request) => For(request, customer =>
            _state.Account(customer, iban) is { } account ? Results.Ok(View(account)) : Refused(404, "You have no such account.")));
        app.MapGet("/payees", (HttpRequest request) => For(request, customer => Results.Ok(new { Payees = _state.Payees.Where(payee => payee.Customer == customer).Select(View) })));
        app.MapPost("/payees", (NewPayee payee, HttpRequest request) => For(request, customer => AddPayee(customer, payee)));
        app.MapPost("/transfers", (NewTransfer transfer, HttpRequest request) => For(request, customer => Transfer(customer, transfer, request)));
        app.MapGet("/transfers/{transferId}", (string transferId, HttpRequest request) => For(request, customer => WithTransfer(customer, transferId, transfer => View(transfer, 200))));
        app.MapPost("/transfers/{transferId}/approval", (string transferId, Approval approval, HttpRequest request) =>
            For(request, customer => WithTransfer(customer, transferId, transfer => Approve(transfer, approval))));
        app.MapPost("/standing-orders", (NewStandingOrder order, HttpRequest request) => For(request, customer => AddStandingOrder(customer, order)));
        app.MapGet("/standing-orders/{standingOrderId}", (string standingOrderId, HttpRequest request) => For(request, customer =>
            _state.StandingOrders.Find(order => order.Id == standingOrderId && order.Customer == customer) is { } found ? Results.Ok(View(found)) : Refused(404, "You have no such standing order.")));
    }

    public Task<IReadOnlyList<string>> FactsAsync(HttpClient client) => Task.FromResult(_state.Facts());

    private IResult AddPayee(string customer, NewPayee payee)
    {
        if (payee is not { Name.Length: > 0, Iban: { } iban } || !Iban().IsMatch(iban))
        {
            return Refused(422, "name and iban are required; iban has no blanks.");
        }
        if (_state.Payees.Any(other => other.Customer == customer && other.Iban == iban))
        {
            return Refused(409, "You have a payee with this IBAN already.");
        }
        var added = new Payee($"p-{_state.NextId()}", customer, payee.Name, iban);
        _state.Payees.Add(added);
        return Results.Json(View(added), statusCode: 201);
    }

    private IResult Transfer(string customer, NewTransfer transfer, HttpRequest request)
    {
        if (request.Headers["Idempotency-Key"].ToString() is not { Length: >= 8 } key)
        {
            return Refused(400, "The Idempotency-Key header is missing or shorter than 8 characters.");
        }
        if (Wrong(customer, transfer.FromIban, transfer.ToIban, transfer.Amount, transfer.Currency) is { } wrong)
        {
            return wrong;
        }
        if (_state.Transfers.Find(other => other.Key == key && other.Customer == customer) is { } earlier)
        {
            return earlier.Order == transfer ? View(earlier, 201) : Refused(409, "The Idempotency-Key was used for another transfer.");
        }
        if (Amount(transfer.Amount!) > _state.Account(customer, transfer.FromIban!)!.Balance)
        {
            return Refused(409, "The balance of the account does not cover the amount.");
        }
        var made = new Transfer($"tr-{_state.NextId()}", customer, key, transfer, $"chl-{Guid.NewGuid():N}");
        _state.Transfers.Add(made);
        return View(made, 201);
    }

    private IResult Approve(Transfer transfer, Approval approval)
    {
        if (approval.ChallengeId != transfer.ChallengeId)
        {
            return Refused(422, "challengeId is not that of the transfer.");
        }
        if (transfer.Status != "PENDING_APPROVAL")
        {
            return Refused(409, "The transfer is executed already.");
        }
        transfer.Status = "EXECUTED";
        _state.Account(transfer.Customer, transfer.Order.FromIban!)!.Balance -= Amount(transfer.Order.Amount!);
        return View(transfer, 200);
    }

    private IResult AddStandingOrder(string customer, NewStandingOrder order)
    {
        if (Wrong(customer, order.FromIban, order.ToIban, order.Amount, order.Currency) is { } wrong)
        {
            return wrong;
        }
        if (order.Interval is not ("WEEKLY" or "MONTHLY" or "QUARTERLY"))
        {
            return Refused(422, "interval must be WEEKLY, MONTHLY or QUARTERLY.");
        }
        if (!DateOnly.TryParseExact(order.FirstPayment, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            return Refused(422, "firstPayment must be a date: YYYY-MM-DD.");
        }
        var made = new StandingOrder($"so-{_state.NextId()}", customer, order);
        _state.StandingOrders.Add(made);
        return Results.Json(View(made), statusCode: 201);
    }

    private IResult? Wrong(string customer, string? from, string? to, string? amount, string? currency) =>
        from is null || to is null || amount is null || currency is null ? Refused(422, "fromIban, toIban, amount and currency are required.")
        : !Iban().IsMatch(to) ? Refused(422, "toIban is no IBAN.")
        : !Money().IsMatch(amount) || Amount(amount) == 0 ? Refused(422, "amount must be a decimal with two places as text, for example \"12.50\".")
        : currency != "EUR" ? Refused(422, "currency must be EUR.")
        : _state.Account(customer, from) is null ? Refused(404, "fromIban is none of your accounts.")
        : null;

    private IResult For(HttpRequest request, Func<string, IResult> then) => _state.Customer(request) is { } customer ? then(customer) : LogInFirst();

    private IResult WithTransfer(string customer, string id, Func<Transfer, IResult> then) =>
        _state.Transfers.Find(transfer => transfer.Id == id && transfer.Customer == customer) is { } found ? then(found) : Refused(404, "You have no such transfer.");

    private static object View(Account account) => new { account.Iban, account.Name, account.Type, Balance = Text(account.Balance), Currency = "EUR" };

    private static object View(Payee payee) => new { payee.Id, payee.Name, payee.Iban };

    private static object View(StandingOrder order) => new { order.Id, order.Order.FromIban, order.Order.ToIban, order.Order.Amount, order.Order.Currency, order.Order.Interval, order.Order.FirstPayment };

    private static IResult View(Transfer transfer, int status) => Results.Json(new
    {
        transfer.Id, transfer.Order.FromIban, transfer.Order.ToIban, transfer.Order.Amount, transfer.Order.Currency, transfer.Order.Reference, transfer.Status, transfer.ChallengeId,
    }, statusCode: status);

    private static string Text(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    private static decimal Amount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static IResult LogInFirst() => Refused(401, "The session is missing or has expired; log in with POST /login.");

    private static IResult Refused(int status, string detail) => Results.Json(new { Status = status, Error = detail }, statusCode: status);

    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$", RegexOptions.CultureInvariant)]
    private static partial Regex Iban();

    [GeneratedRegex("^[0-9]{1,9}\\.[0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex Money();

    private sealed record Login(string? CustomerId, string? Passcode);

    private sealed record NewPayee(string? Name, string? Iban);

    private sealed record Approval(string? ChallengeId);
}
