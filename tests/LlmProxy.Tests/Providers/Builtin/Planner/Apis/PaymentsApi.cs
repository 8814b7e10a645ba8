namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A bank with customers' own accounts, payees, amounts in cents inside an object, idempotency keys in a header.</summary>
internal sealed class PaymentsApi : SimulatedApi
{
    private string _token = "";
    private readonly List<(string Id, string Name)> _payees = [("p-1", "Landlord"), ("p-2", "City Power")];

    public PaymentsApi()
    {
        Map("createSession", "POST /v1/sessions - Sign in.", "customerNumber:string! password:string!", arguments =>
        {
            _token = Text(arguments, "customerNumber") == "4711" && Text(arguments, "password") is "open sesame" or "{{user.password}}" ? "t" : "";
            return _token.Length > 0 ? new(201, new { accessToken = "t", expiresIn = 600 }) : Problem(401, "Unknown customer or password.");
        });
        Map("getAccounts", "GET /v1/accounts - Accounts of the customer.", "", _ => Guard(() => new(200, new
        {
            accounts = new[]
            {
                new { accountNumber = "DE01", type = "current", label = "Household", balance = new { amount = 120000, currency = "EUR" } },
                new { accountNumber = "DE02", type = "savings", label = "Rainy days", balance = new { amount = 900000, currency = "EUR" } },
            },
        })));
        Map("getTransactions", "GET /v1/accounts/{accountNumber}/transactions - Movements.", "accountNumber:string! from:string(date) to:string(date)", arguments =>
            Guard(() => { Effects.Add($"transactions {Text(arguments, "accountNumber")}"); return new(200, new { transactions = Array.Empty<object>() }); }));
        Map("listPayees", "GET /v1/payees - People and firms that money was sent to.", "", _ => Guard(() => new(200, new { payees = _payees.Select(payee => new { id = payee.Id, name = payee.Name }) })));
        Map("createPayee", "POST /v1/payees - Add a payee.", "name:string! iban:string!", arguments => Guard(() =>
        {
            _payees.Add(("p-3", Text(arguments, "name")));
            Effects.Add($"payee {Text(arguments, "name")} {Text(arguments, "iban")}");
            return new(201, new { id = "p-3", name = Text(arguments, "name") });
        }));
        Map("createPayment", "POST /v1/payments - Pay a payee.", "Idempotency-Key:string! payeeId:string! debitAccount:string! amount:{minorUnits:integer!;currency:EUR|USD!}! reference:string executionDate:string(date)", arguments => Guard(() =>
        {
            var amount = arguments["amount"]!.AsObject();
            if (Text(arguments, "debitAccount") is not ("DE01" or "DE02") || Text(arguments, "Idempotency-Key").Length < 8)
            {
                return Problem(422, "debitAccount is not yours");
            }

            Effects.Add($"pay {Text(arguments, "payeeId")} from {Text(arguments, "debitAccount")} {amount["minorUnits"]} {amount["currency"]} '{Text(arguments, "reference")}' {Text(arguments, "executionDate")}".TrimEnd());
            return new(201, new { paymentId = "pay-1", status = "pending" });
        }));
        Map("cancelPayment", "POST /v1/payments/{paymentId}/cancel - Cancel a pending payment.", "paymentId:string!", arguments => Guard(() =>
        {
            Effects.Add($"cancel {Text(arguments, "paymentId")}");
            return new(200, new { paymentId = "pay-1", status = "cancelled" });
        }));
        Map("endSession", "DELETE /v1/sessions/current - Sign out.", "", _ => { Effects.Add("out"); return new(204); });
    }

    private Reply Guard(Func<Reply> then) => _token.Length > 0 ? then() : Problem(401, "Sign in first.");
}
