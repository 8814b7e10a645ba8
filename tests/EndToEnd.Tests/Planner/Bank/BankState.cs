using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Planner.Bank;

/// <summary>What the bank knows.</summary>
internal sealed class BankState
{
    private const int SeededPayees = 3;
    private static readonly Dictionary<string, string> Passcodes = new() { ["70014"] = "linden-42", ["70022"] = "quiet-harbour" };
    private readonly Dictionary<string, string> _tokens = [];
    private int _lastId = 900;

    public List<Account> Accounts { get; } =
    [
        new("70014", "DE89370400440532013000", "Everyday", "CHECKING", 2310.55m),
        new("70014", "DE02120300000000202051", "Savings", "SAVINGS", 8000m),
        new("70022", "FR1420041010050500013M026", "Holiday fund", "SAVINGS", 1500m),
        new("70022", "FR7630006000011234567890189", "Current account", "CHECKING", 540.20m),
    ];

    public List<Payee> Payees { get; } =
    [
        new("p-1", "70014", "City Power", "DE75512108001245126199"),
        new("p-2", "70014", "Marta Keller", "AT611904300234573201"),
        new("p-3", "70022", "Anna Roux", "FR7610107001011234567890129"),
    ];

    public List<Transfer> Transfers { get; } = [];

    public List<StandingOrder> StandingOrders { get; } = [];

    public int NextId() => ++_lastId;

    public Account? Account(string customer, string iban) => Accounts.Find(account => account.Customer == customer && account.Iban == iban);

    public string? Open(string customer, string passcode)
    {
        if (Passcodes.GetValueOrDefault(customer) != passcode)
        {
            return null;
        }
        var token = Guid.NewGuid().ToString("N");
        _tokens[token] = customer;
        return token;
    }

    public bool Close(HttpRequest request) => Token(request) is { } token && _tokens.Remove(token);

    /// <summary>Who asks; null without a good token.</summary>
    public string? Customer(HttpRequest request) => Token(request) is { } token ? _tokens.GetValueOrDefault(token) : null;

    public IReadOnlyList<string> Facts() =>
    [
        .. _tokens.Values.Distinct().Select(customer => $"{customer} is logged in"),
        .. Transfers.Select(transfer => $"{transfer.Order.Amount} {transfer.Order.Currency} from {transfer.Order.FromIban} to {transfer.Order.ToIban} {transfer.Status}"),
        .. StandingOrders.Select(item => $"{item.Order.Interval} {item.Order.Amount} {item.Order.Currency} from {item.Order.FromIban} to {item.Order.ToIban} since {item.Order.FirstPayment}"),
        .. Payees.Skip(SeededPayees).Select(payee => $"payee of {payee.Customer}: {payee.Name} {payee.Iban}"),
        $"balances {string.Join(' ', Accounts.Select(account => account.Balance.ToString("0.00", CultureInfo.InvariantCulture)))}",
    ];

    private static string? Token(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..] : null;
}
