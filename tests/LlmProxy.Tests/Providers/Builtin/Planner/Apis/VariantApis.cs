using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Ticket sale by category: a hold first, then a purchase of the hold, confirmed at last.</summary>
internal sealed class HoldsApi : SimulatedApi
{
    public HoldsApi()
    {
        Map("listShows", "GET /shows - Shows on sale", "q:string date:string(date)", _ => new(200, new { shows = new[] { new { showId = "S1", title = "The Tempest", venue = "Globe", startsAt = "2027-02-02T19:30:00Z" }, new { showId = "S2", title = "Cats", venue = "Dome", startsAt = "2027-01-05T20:00:00Z" } } }));
        Map("listCategories", "GET /shows/{showId}/categories - Ticket categories with prices", "showId:string!", arguments => new(200, new { categories = new[] { new { categoryId = Text(arguments, "showId") + "-gold", name = "Gold", price = 90, available = 2 }, new { categoryId = Text(arguments, "showId") + "-balcony", name = "Balcony", price = 35, available = 10 } } }));
        Map("createHold", "POST /shows/{showId}/holds - Hold tickets for ten minutes", "showId:string! categoryId:string! quantity:integer!", arguments =>
        {
            Effects.Add($"hold {Int(arguments, "quantity")} {Text(arguments, "categoryId")}");
            return new(201, new { holdId = "H-7", expiresAt = "2027-01-01T00:10:00Z" });
        });
        Map("createPurchase", "POST /purchases - Buy held tickets", "holdId:string! email:string(email)! paymentToken:string", arguments =>
        {
            Effects.Add($"purchase {Text(arguments, "holdId")}");
            return Text(arguments, "holdId") == "H-7" ? new(201, new { purchaseId = "P-1", status = "awaiting_confirmation" }) : Problem(404, "No such hold.");
        });
        Map("confirmPurchase", "POST /purchases/{purchaseId}/confirm - Confirm a purchase", "purchaseId:string!", arguments =>
        {
            Effects.Add($"confirm {Text(arguments, "purchaseId")}");
            return new(200, new { status = "confirmed" });
        });
        Map("refundPurchase", "POST /purchases/{purchaseId}/refund - Give tickets back for money", "purchaseId:string! reason:string", arguments =>
        {
            Effects.Add($"refund {Text(arguments, "purchaseId")}");
            return new(200, new { status = "refunded" });
        });
    }
}

/// <summary>Bank transfers between accounts by id, with an idempotency key in the header, then a confirmation.</summary>
internal sealed class WireApi : SimulatedApi
{
    public WireApi()
    {
        Map("getAccounts", "GET /accounts - Your accounts", "", _ => new(200, new { items = new[] { new { accountId = "acc-1", name = "Everyday", type = "checking", balance = 100.0 }, new { accountId = "acc-2", name = "Savings", type = "savings", balance = 5000.0 }, new { accountId = "acc-3", name = "Holiday", type = "savings", balance = 20.0 } } }));
        Map("createTransfer", "POST /transfers - Transfer money between accounts", "Idempotency-Key:string(uuid)! fromAccountId:string! toAccountId:string! amount:{value:number!;currency:EUR|USD!}! description:string", arguments =>
        {
            var amount = arguments["amount"]!.AsObject();
            if (Text(arguments, "fromAccountId") == "acc-1" && (double)amount["value"]! > 100)
            {
                return Problem(422, "Insufficient funds on account acc-1");
            }

            Effects.Add($"transfer {amount["value"]} {amount["currency"]} {Text(arguments, "fromAccountId")}>{Text(arguments, "toAccountId")} '{Text(arguments, "description")}'");
            return new(201, new { transferId = "t-9", status = "pending" });
        });
        Map("getTransfer", "GET /transfers/{transferId} - One transfer", "transferId:string!", arguments => { Effects.Add($"look {Text(arguments, "transferId")}"); return new(200, new { transferId = "t-9", status = "pending" }); });
        Map("confirmTransfer", "POST /transfers/{transferId}/confirm - Confirm a pending transfer", "transferId:string!", arguments => { Effects.Add($"confirm {Text(arguments, "transferId")}"); return new(200, new { status = "done" }); });
        Map("scheduleTransfer", "POST /standing-orders - Repeat a transfer", "fromAccountId:string! toAccountId:string! amount:number! interval:weekly|monthly|yearly! startDate:string(date)!", arguments =>
        {
            Effects.Add($"standing {Text(arguments, "amount")} {Text(arguments, "fromAccountId")}>{Text(arguments, "toAccountId")} {Text(arguments, "interval")} {Text(arguments, "startDate")}");
            return new(201, new { standingOrderId = "so-1" });
        });
    }
}

/// <summary>Library whose readers log in: actions below the book, a queue, a loan found in the reader's own list, ISBNs.</summary>
internal sealed class ReaderApi : SimulatedApi
{
    private bool _isIn;

    public ReaderApi()
    {
        Map("startSession", "POST /sessions - Log in", "readerId:string! pin:string!", arguments =>
        {
            _isIn = Text(arguments, "readerId") == "R-100" && Text(arguments, "pin") == "{{user.pin}}";
            return _isIn ? new(201, new { token = "t", reader = new { id = "R-100", name = "Ann" } }) : Problem(401, "Unknown reader.");
        });
        Map("findTitles", "GET /titles - Search titles", "query:string subject:string onlyAvailable:boolean", arguments => new(200, new { titles = new[] { Title("978-1", "Learning C#", "programming", "available"), Title("978-2", "Go in Practice", "programming", "on_loan"), Title("978-3", "Bread", "cooking", "available") }
            .Where(title => Text(arguments, "query").Length == 0 || title["title"]!.ToString().Contains(Text(arguments, "query"), StringComparison.OrdinalIgnoreCase))
            .Where(title => Text(arguments, "subject").Length == 0 || title["subject"]!.ToString() == Text(arguments, "subject")) }));
        Map("borrowTitle", "POST /titles/{isbn}/borrow - Borrow a title", "isbn:string! weeks:integer", arguments => Guard(() =>
        {
            if (Text(arguments, "isbn") == "978-2")
            {
                return Problem(409, "On loan.");
            }

            Effects.Add($"borrow {Text(arguments, "isbn")} {Text(arguments, "weeks")}".TrimEnd());
            return new(201, new { loanId = 5, isbn = Text(arguments, "isbn"), dueDate = "2027-01-01" });
        }));
        Map("joinQueue", "POST /titles/{isbn}/queue - Join the waiting queue of a title", "isbn:string!", arguments => Guard(() => { Effects.Add($"queue {Text(arguments, "isbn")}"); return new(201, new { position = 1 }); }));
        Map("myLoans", "GET /me/loans - Your loans", "", _ => Guard(() => new(200, new { loans = new[] { new { loanId = 4, title = "Old Maps", isbn = "978-9" } } })));
        Map("giveBack", "POST /me/loans/{loanId}/return - Return a loan", "loanId:integer!", arguments => Guard(() => { Effects.Add($"return {Int(arguments, "loanId")}"); return new(200, new { }); }));
        Map("renewLoan", "PUT /me/loans/{loanId}/renewal - Renew a loan", "loanId:integer! weeks:integer!", arguments => Guard(() => { Effects.Add($"renew {Int(arguments, "loanId")} {Int(arguments, "weeks")}"); return new(200, new { }); }));
        Map("endSession", "DELETE /sessions/current - Log out", "", _ => { Effects.Add("out"); return new(204); });
    }

    private Reply Guard(Func<Reply> then) => _isIn ? then() : Problem(401, "Log in.");

    private static JsonObject Title(string isbn, string title, string subject, string status) => new() { ["isbn"] = isbn, ["title"] = title, ["subject"] = subject, ["status"] = status };
}
