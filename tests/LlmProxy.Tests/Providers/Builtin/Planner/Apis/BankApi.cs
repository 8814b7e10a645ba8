namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Bank transfers: two references of one kind, idempotency key, amounts, 422 that names a field.</summary>
internal sealed class BankApi : SimulatedApi
{
    private readonly (string Id, string Name, decimal Balance)[] _accounts = [("ACC-1", "Checking", 500), ("ACC-2", "Savings", 1000), ("ACC-3", "Holiday", 20)];

    public List<(string From, string To, decimal Amount, string Currency, string Key)> Transfers { get; } = [];

    /// <summary>Whether a purpose is asked for although the document does not say so.</summary>
    public bool WantsPurpose { get; init; }

    public BankApi()
    {
        Map("authenticate", "POST /oauth/token - Get an access token.", "username:string! password:string! grant_type:password", arguments =>
            Text(arguments, "username") == "ann" && Text(arguments, "password") == "s3cret/x" ? new(200, new { access_token = "a" }) : Problem(401, "no"));
        Map("getAccounts", "GET /accounts - The customer's accounts.", "", _ =>
            new(200, new { accounts = _accounts.Select(account => new { id = account.Id, name = account.Name, balance = new { amount = account.Balance, currency = "EUR" } }) }));
        Map("getAccount", "GET /accounts/{accountId} - One account.", "accountId:string!", arguments => new(200, new { id = Text(arguments, "accountId") }));
        Map("createTransfer", "POST /transfers - Transfer money between accounts.",
            "Idempotency-Key:string! fromAccountId:string! toAccountId:string! amount:number! currency:EUR|USD! purpose:string", arguments =>
            {
                if (WantsPurpose && Text(arguments, "purpose").Length == 0)
                {
                    return Problem(422, "Validation failed.", new { purpose = new[] { "is required" } });
                }

                Transfers.Add((Text(arguments, "fromAccountId"), Text(arguments, "toAccountId"), decimal.Parse(Text(arguments, "amount"), System.Globalization.CultureInfo.InvariantCulture),
                    Text(arguments, "currency"), Text(arguments, "Idempotency-Key")));
                return new(201, new { transferId = "T1" }, "/transfers/T1");
            });
        Map("getTransfer", "GET /transfers/{transferId} - One transfer.", "transferId:string!", arguments => new(Text(arguments, "transferId") == "T1" ? 200 : 404, new { transferId = "T1" }));
        Map("listTransactions", "GET /accounts/{accountId}/transactions - Bookings of an account.", "accountId:string! from:string(date) to:string(date)", _ => new(200, new { items = Array.Empty<object>() }));
    }
}
