using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Goals over APIs whose resources lie in resources, and refusals that no other way gets around.</summary>
public sealed class MoreGoalsTests
{
    [Theory]
    [InlineData("Log in as ann@example.com / {{user.password}}, buy two water bottles and pay by paypal.", "order 2xBT-1 paypal Berlin")]
    [InlineData("Sign in with email ann@example.com and password blue moon 7, put the cheapest Peak shoe into the cart and check out with invoice, ship to Hamburg.", "order 1xSH-3 invoice Hamburg|order 1xSH-3 invoice Berlin")]
    [InlineData("As ann@example.com / {{user.password}}, order a 'Backpack 30L' using the coupon SAVE10.", "coupon SAVE10; order 1xBP-1 card Berlin|order 1xBP-1 card Berlin")]
    [InlineData("Log in as ann@example.com / {{user.password}}, add 3 of the Trail shoe and one Water bottle to the cart, then check out and view the order.", "order 3xSH-1+1xBT-1 card Berlin; look O-77")]
    [InlineData("Log in as ann@example.com / {{user.password}} and cancel the latest order.", "cancel O-15")]
    [InlineData("Add the Road shoe to my wish list.", "wish SH-3")]
    [InlineData("Log in as ann@example.com / {{user.password}}, buy the cheapest shoe, then cancel the order because I changed my mind.", "order 1xSH-3 card Berlin; cancel O-77")]
    [InlineData("Log in as ann@example.com with the password {{user.password}} and show order O-15.", "look O-15")]
    public void Decide_Carts(string goal, string effects) => Reaches(goal, new CartsApi(), effects);

    [Fact]
    public void Decide_CartsShippedOrder_SaysWhy()
    {
        var session = PlannerSession.Play("Log in as ann@example.com / {{user.password}} and cancel order O-12.", new CartsApi());
        Assert.True(session.Outcome == "failure" && session.Reason.Contains("shipped already", StringComparison.Ordinal), session.ToString());
    }

    [Theory]
    [InlineData("Create a card 'Send invitations' on the Wedding board.", "card b2 Send invitations")]
    [InlineData("Mark the card 'Fix the fence' as done.", "change k3 done=True|change k3 done=true")]
    [InlineData("Tick off 'Book the hall' on the board Wedding in the workspace Events.", "change k2 done=true")]
    [InlineData("In the House workspace, create a board called Garden and add the cards 'Mow' and 'Weed' to it.", "board w2 Garden; card b9 Mow; card b9 Weed")]
    [InlineData("Add 'Buy nails' to the checklist of the card 'Fix the fence' on the Repairs board.", "check k3 Buy nails")]
    [InlineData("Move the card 'Pick a date' from Summer party to Wedding.", "move k1 from b1 to b2")]
    [InlineData("Set the due date of 'Book the hall' to 2027-06-01.", "change k2 due=2027-06-01")]
    [InlineData("Reopen the card 'Paint the door' in Repairs.", "change k4 done=false")]
    [InlineData("Rename the card \"Pick a date\" to \"Pick two dates\".", "change k1 name=Pick two dates")]
    [InlineData("Archive the card Fix the fence.", "change k3 archived=true")]
    public void Decide_Work(string goal, string effects) => Reaches(goal, new WorkApi(), effects);

    [Theory]
    [InlineData("Transfer 120.50 EUR from Ann Lee's savings account to DE33 with the note 'Rent'.", "transfer 120.50 from 32 to DE33 'Rent'")]
    [InlineData("Open a savings account in CHF for Bob Ray and deposit 25 CHF into it.", "open savings for 4 CHF; deposit 25 to 39")]
    [InlineData("Freeze Bob Ray's account.", "frozen 33")]
    [InlineData("Deposit $40 into the checking account of Ann Lee.", "deposit 40 to 31")]
    [InlineData("For customer Ann Lee, close the checking account.", "closed 31")]
    public void Decide_Ledger(string goal, string effects) => Reaches(goal, new LedgerApi(), effects);

    [Fact]
    public void Decide_LedgerInsufficientFunds_SaysSoAndTakesNoOtherAccount()
    {
        var ledger = new LedgerApi();
        var session = PlannerSession.Play("Transfer 80 EUR from Ann Lee's checking account to DE33.", ledger);
        Assert.True(session.Outcome == "failure" && session.Reason.Contains("Insufficient funds", StringComparison.Ordinal) && ledger.Effects.Count == 0, session.ToString());
    }

    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects.Split('|').Contains(happened), $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
