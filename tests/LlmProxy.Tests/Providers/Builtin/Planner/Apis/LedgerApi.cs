namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Bank whose customers have accounts: transfers lie below the account they leave, decimals as text, funds run out, keys are asked for.</summary>
internal sealed class LedgerApi : SimulatedApi
{
    private readonly Dictionary<int, decimal> _balances = new() { [31] = 50m, [32] = 900m, [33] = 10m };

    public LedgerApi()
    {
        Map("customers", "GET /customers - Customers", "name:string", arguments => new(200, new { customers = new[] { new { id = 3, name = "Ann Lee" }, new { id = 4, name = "Bob Ray" } }.Where(customer => customer.name.Contains(Text(arguments, "name"), StringComparison.OrdinalIgnoreCase)) }));
        Map("accountsOfCustomer", "GET /customers/{customerId}/accounts - Accounts of a customer", "customerId:integer!", arguments => new(200, new
        {
            accounts = Int(arguments, "customerId") == 3
                ? new[] { new { id = 31, kind = "checking", iban = "DE31", balance = _balances[31] }, new { id = 32, kind = "savings", iban = "DE32", balance = _balances[32] } }
                : [new { id = 33, kind = "checking", iban = "DE33", balance = _balances[33] }],
        }));
        Map("openAccount", "POST /customers/{customerId}/accounts - Open an account", "customerId:integer! kind:checking|savings! currency:EUR|USD|CHF", arguments =>
        {
            _balances[39] = 0;
            Effects.Add($"open {Text(arguments, "kind")} for {Int(arguments, "customerId")} {Text(arguments, "currency")}".TrimEnd());
            return new(201, new { id = 39, kind = Text(arguments, "kind"), balance = 0 });
        });
        Map("deposit", "POST /accounts/{accountId}/deposits - Pay money in", "accountId:integer! amount:string!", arguments =>
        {
            Effects.Add($"deposit {Text(arguments, "amount")} to {Int(arguments, "accountId")}");
            return new(201, new { });
        });
        Map("transfer", "POST /accounts/{accountId}/transfers - Send money", "accountId:integer! Idempotency-Key:string! toIban:string! amount:number! note:string", arguments =>
        {
            var amount = decimal.Parse(Text(arguments, "amount"), System.Globalization.CultureInfo.InvariantCulture);
            if (_balances.GetValueOrDefault(Int(arguments, "accountId")) < amount)
            {
                return Problem(409, "Insufficient funds.");
            }

            Effects.Add($"transfer {amount} from {Int(arguments, "accountId")} to {Text(arguments, "toIban")} '{Text(arguments, "note")}'");
            return new(201, new { id = 801, state = "booked" });
        });
        Map("freezeAccount", "PUT /accounts/{accountId}/status - Set the status of an account", "accountId:integer! status:active|frozen|closed!", arguments =>
        {
            Effects.Add($"{Text(arguments, "status")} {Int(arguments, "accountId")}");
            return new(200, new { });
        });
    }
}
