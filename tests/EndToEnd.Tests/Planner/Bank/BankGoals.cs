namespace ApeTest.EndToEnd.Tests.Planner.Bank;

/// <summary>Goals at the bank.</summary>
internal static class BankGoals
{
    private const string Untouched = "balances 2310.55 8000.00 1500.00 540.20";

    public static IEnumerable<GoalCase> All()
    {
        yield return new GoalCase("bank-transfer", new BankApi(), async hand =>
        {
            await LogInAsync(hand, "70014", "linden-42");
            await PayAsync(hand, new { fromIban = "DE89370400440532013000", toIban = "NL91ABNA0417164300", amount = "25.50", currency = "EUR", reference = "Rent May" });
        }, "70014 is logged in", "25.50 EUR from DE89370400440532013000 to NL91ABNA0417164300 EXECUTED", "balances 2285.05 8000.00 1500.00 540.20");
        yield return new GoalCase("bank-pay-payee", new BankApi(), async hand =>
        {
            await LogInAsync(hand, "70014", "linden-42");
            await PayAsync(hand, new { fromIban = "DE02120300000000202051", toIban = "AT611904300234573201", amount = "120.00", currency = "EUR" });
        }, "70014 is logged in", "120.00 EUR from DE02120300000000202051 to AT611904300234573201 EXECUTED", "balances 2310.55 7880.00 1500.00 540.20");
        yield return new GoalCase("bank-standing-order", new BankApi(), async hand =>
        {
            await LogInAsync(hand, "70022", "quiet-harbour");
            await hand.CallAsync("createStandingOrder", "POST /standing-orders", new
            {
                fromIban = "FR7630006000011234567890189", toIban = "GB33BUKB20201555555555", amount = "80.00", currency = "EUR", interval = "MONTHLY", firstPayment = "2027-01-01",
            });
        }, "70022 is logged in", "MONTHLY 80.00 EUR from FR7630006000011234567890189 to GB33BUKB20201555555555 since 2027-01-01", Untouched);
        yield return new GoalCase("bank-payee", new BankApi(), async hand =>
        {
            await LogInAsync(hand, "70022", "quiet-harbour");
            await hand.CallAsync("addPayee", "POST /payees", new { name = "Oslo Bikes", iban = "NO9386011117947" });
            await hand.CallAsync("listPayees", "GET /payees");
            await hand.CallAsync("logout", "POST /logout");
        }, "payee of 70022: Oslo Bikes NO9386011117947", Untouched);
    }

    private static async Task PayAsync(Hand hand, object transfer)
    {
        var made = await hand.CallAsync("createTransfer", "POST /transfers", transfer, "Idempotency-Key: 0b7c5b1e-by-hand");
        await hand.CallAsync("approveTransfer", $"POST /transfers/{made.GetProperty("id").GetString()}/approval", new { challengeId = made.GetProperty("challengeId").GetString() });
    }

    private static async Task LogInAsync(Hand hand, string customerId, string passcode) =>
        hand.Use((await hand.CallAsync("login", "POST /login", new { customerId, passcode })).GetProperty("sessionToken").GetString());
}
