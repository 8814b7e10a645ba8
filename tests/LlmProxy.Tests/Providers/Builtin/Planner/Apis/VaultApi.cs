namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Another bank: account numbers, cents, transfers below the account, cards to block, standing instructions.</summary>
internal sealed class VaultApi : SimulatedApi
{
    public VaultApi()
    {
        Map("sessions_create", "POST /sessions - Open a session", "login:string! pin:string!", arguments => Text(arguments, "pin") == "4321" ? new(201, new { accessToken = "t" }) : Problem(401, "Wrong PIN."));
        Map("accounts_index", "GET /accounts - Accounts of the customer", "", _ => new(200, new { accounts = new[] { new { accountNumber = "1000001", label = "Everyday", kind = "current", balanceCents = 250000 }, new { accountNumber = "1000002", label = "House", kind = "savings", balanceCents = 900000 } } }));
        Map("transfers_create", "POST /accounts/{accountNumber}/transfers - Transfer money from an account", "accountNumber:string! Idempotency-Key:string! targetAccountNumber:string! amountCents:integer! message:string", arguments =>
        {
            Effects.Add($"transfer {Int(arguments, "amountCents")} {Text(arguments, "accountNumber")}>{Text(arguments, "targetAccountNumber")} '{Text(arguments, "message")}'");
            return new(201, new { transferId = "T1" });
        });
        Map("cards_index", "GET /cards - Cards", "", _ => new(200, new { cards = new[] { new { cardId = "c1", name = "Visa Gold", status = "active" }, new { cardId = "c2", name = "Debit", status = "active" } } }));
        Map("cards_block", "POST /cards/{cardId}/block - Block a card", "cardId:string! reason:lost|stolen|other!", arguments => { Effects.Add($"block {Text(arguments, "cardId")} {Text(arguments, "reason")}"); return new(200, new { }); });
        Map("statements_index", "GET /accounts/{accountNumber}/statements - Statements of an account", "accountNumber:string! year:integer", arguments => { Effects.Add($"statements {Text(arguments, "accountNumber")} {Text(arguments, "year")}".TrimEnd()); return new(200, new { statements = Array.Empty<object>() }); });
    }
}
