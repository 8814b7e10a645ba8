using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>The same things said in other words: how testers write is not how APIs name.</summary>
public sealed class ManyWordsTests
{
    [Theory]
    [InlineData("You are a shopper. Log in as ann@example.com / {{user.password}}. Find the most expensive Peak article and buy it.", "order 1xSH-1 card Berlin")]
    [InlineData("Log in with ann@example.com / {{user.password}}; then purchase one pair of Trail shoes.", "order 1xSH-1 card Berlin")]
    [InlineData("Log in as ann@example.com / {{user.password}}, place an order for 2 Backpack 30L.", "order 2xBP-1 card Berlin")]
    [InlineData("Log in as ann@example.com / {{user.password}}, search for 'bottle', add the first result to a new cart, apply the coupon 'WELCOME' and complete the checkout paying with card.", "coupon WELCOME; order 1xBT-1 card Berlin")]
    public void Decide_Carts(string goal, string effects) => Reaches(goal, new CartsApi(), effects);

    [Theory]
    [InlineData("I want to see Blue Notes with three friends: book 4 seats.", "book 20 20-A2+20-B1+20-B3|")]
    [InlineData("Find an event in Berlin, book 2 seats for it and pay with paypal.", "book 10 10-A1+10-A2; pay B-1 paypal")]
    [InlineData("Book two seats in row B for 'Big Band' for Ann Lee, ann@example.com, pay by card and then cancel the booking.", "book 30 30-B1+30-B2 ann@example.com; pay B-1 card; cancel B-1")]
    [InlineData("List the events in Hamburg, pick the first one, get its seats and book the cheapest free seat.", "book 20 20-B1")]
    public void Decide_Arena(string goal, string effects)
    {
        var api = new ArenaApi();
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        // Three seats are left where four are wanted: to fail is right.
        Assert.True(effects.EndsWith('|') ? session.Outcome == "failure" || happened == effects[..^1] : session.Outcome == "success" && happened == effects, $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }

    [Theory]
    [InlineData("Add a comment 'Please hurry' to the task 'Order cake' in the Launch project, assign the task to Bob Ray and mark it as in progress.", "comment 202 Please hurry; update 202 assigneeId=2; update 202 status=in_progress")]
    [InlineData("Create the task 'Test checkout' in 'Web shop' with the due date 2027-03-03, assigned to Ann Lee.", "task 1 Test checkout 1 2027-03-03")]
    [InlineData("Find the task 'Plan launch' and set its status to done.", "update 201 status=done")]
    [InlineData("Create a new project 'Move house' with key MOVE and two tasks in it: 'Pack' and 'Drive'.", "project Move house; task 3 Pack; task 3 Drive")]
    [InlineData("Change the title of the task 'Fix header' to 'Fix header and footer', then close it.", "update 102 title=Fix header and footer; update 102 status=done")]
    [InlineData("Create a task called Review the contract in the project Launch, comment on it with 'Urgent', then delete it.", "task 2 Review the contract; comment 301 Urgent; delete 2/301")]
    public void Decide_Tracker(string goal, string effects) => Reaches(goal, new TrackerApi(), effects);

    [Theory]
    [InlineData("Find the book Dracula and lend it to the member with the email bob@example.com.", "loan 13 to 6")]
    [InlineData("As a librarian, lend the oldest available book to Bob Ray.", "loan 12 to 6")]
    [InlineData("Check out 'Dubliners' for Ann Lee, due on 2027-02-01, then renew the loan and finally return it.", "loan 14 to 5 2027-02-01; renew 901; return 901")]
    [InlineData("Lend Dracula to Ann Lee until March 5, 2027.", "loan 13 to 5 2027-03-05")]
    [InlineData("Lend Dracula to Ann Lee, due on 5 March 2027.", "loan 13 to 5 2027-03-05")]
    [InlineData("Lend Dracula to Ann Lee until tomorrow.", "loan 13 to 5 2026-11-22")]
    [InlineData("Lend Dracula to Ann Lee, to be returned in 2 weeks.", "loan 13 to 5 2026-12-05")]
    [InlineData("Extend the loan of Dubliners for Ann Lee.", "renew 900")]
    public void Decide_Lending(string goal, string effects) => Reaches(goal, new LendingApi(), effects);

    [Theory]
    [InlineData("Log in as 4711 / {{user.password}}. Make a payment of 25.50 EUR to City Power from account DE01, reference: 'March'.", "pay p-2 from DE01 2550 EUR 'March'")]
    [InlineData("Log in as 4711 / {{user.password}} and send €12 to the payee Landlord from my Rainy days account. Log out afterwards.", "pay p-1 from DE02 1200 EUR ''; out")]
    public void Decide_Payments(string goal, string effects) => Reaches(goal, new PaymentsApi(), effects);

    [Theory]
    [InlineData("Send 100 euros from the savings account of Ann Lee to the IBAN DE33, note 'Gift'.", "transfer 100 from 32 to DE33 'Gift'")]
    public void Decide_Ledger(string goal, string effects) => Reaches(goal, new LedgerApi(), effects);

    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects == happened, $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
