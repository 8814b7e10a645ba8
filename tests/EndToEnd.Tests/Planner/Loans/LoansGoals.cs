namespace ApeTest.EndToEnd.Tests.Planner.Loans;

/// <summary>Goals at the library.</summary>
internal static class LoansGoals
{
    private const string Kindred = "tom borrowed 'Kindred' for 21 days, 0 renewals, active";
    private const string Hobbit = "tom borrowed 'The Hobbit' for 21 days, 0 renewals, active";

    public static IEnumerable<GoalCase> All()
    {
        yield return new GoalCase("loans-renew", new LoansApi(), async hand =>
        {
            await LogInAsync(hand, "mia", "coffee2go");
            var loan = await hand.CallAsync("create_loan", "POST /loans", new { book_id = 102 });
            await hand.CallAsync("renew_loan", $"POST /loans/{loan.GetProperty("loan_id")}/renewals");
            await hand.CallAsync("auth_logout", "DELETE /auth/token");
        }, Kindred, Hobbit, "mia borrowed 'Dune' for 21 days, 1 renewals, active");
        yield return new GoalCase("loans-return", new LoansApi(), async hand =>
        {
            await LogInAsync(hand, "tom", "r1ver-boat");
            await hand.CallAsync("return_loan", "POST /loans/5002/return");
        }, "tom is logged in", Kindred, "tom borrowed 'The Hobbit' for 21 days, 0 renewals, returned");
        yield return new GoalCase("loans-reserve", new LoansApi(), async hand =>
        {
            await LogInAsync(hand, "mia", "coffee2go");
            await hand.CallAsync("create_reservation", "POST /reservations", new { book_id = 104, pickup_branch = "harbour" });
        }, "mia is logged in", Kindred, Hobbit, "mia reserved 'Piranesi' at harbour");
        yield return new GoalCase("loans-author", new LoansApi(), async hand =>
        {
            await LogInAsync(hand, "tom", "r1ver-boat");
            await hand.CallAsync("create_loan", "POST /loans", new { book_id = 106, period_days = 14 });
        }, "tom is logged in", Kindred, Hobbit, "tom borrowed 'A Wizard of Earthsea' for 14 days, 0 renewals, active");
    }

    private static async Task LogInAsync(Hand hand, string username, string password) =>
        hand.Use((await hand.CallAsync("auth_login", "POST /auth/token", new { username, password })).GetProperty("access_token").GetString());
}
