using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>The same businesses again with other cuts: holds and purchases, accounts by id, actions below a title.</summary>
public sealed class VariantTests
{
    [Theory]
    [InlineData("Buy 2 balcony tickets for 'Cats' and confirm the purchase.", "hold 2 S2-balcony; purchase H-7; confirm P-1")]
    [InlineData("Hold two of the cheapest tickets for The Tempest and purchase them.", "hold 2 S1-balcony; purchase H-7")]
    [InlineData("Hold a Gold ticket for the earliest show.", "hold 1 S2-gold")]
    [InlineData("Hold 1 ticket in the category Gold for Cats, buy the held ticket, and then refund the purchase.", "hold 1 S2-gold; purchase H-7; refund P-1")]
    public void Decide_Holds(string goal, string effects) => Reaches(goal, new HoldsApi(), effects);

    [Theory]
    [InlineData("Transfer 50 EUR from Everyday to Holiday and confirm the transfer.", "transfer 50 EUR acc-1>acc-3 ''; confirm t-9")]
    [InlineData("Transfer $75.25 from acc-2 to acc-1 with the description 'Top up', then check the transfer.", "transfer 75.25 USD acc-2>acc-1 'Top up'; look t-9")]
    [InlineData("Move 20 euros from my savings account to my checking account.", "transfer 20 EUR acc-2>acc-1 ''")]
    [InlineData("Set up a monthly standing order of 30 EUR from Everyday to Savings starting on 2027-01-01.", "standing 30 acc-1>acc-2 monthly 2027-01-01")]
    [InlineData("Send 10 EUR from the account Everyday to the account Savings and another 5 EUR from Savings to Holiday.", "transfer 10 EUR acc-1>acc-2 ''; transfer 5 EUR acc-2>acc-3 ''")]
    public void Decide_Wire(string goal, string effects) => Reaches(goal, new WireApi(), effects);

    [Theory]
    [InlineData("Log in as R-100 with PIN {{user.pin}}, borrow 'Bread', return it, log out.", "borrow 978-3; return 5; out")]
    [InlineData("Log in as reader R-100 / {{user.pin}}, borrow an available programming book for 3 weeks.", "borrow 978-1 3")]
    [InlineData("Log in as R-100 / {{user.pin}} and join the queue for 'Go in Practice'.", "queue 978-2")]
    [InlineData("Log in as R-100 / {{user.pin}}, renew the loan of 'Old Maps' by 2 weeks and log out.", "renew 4 2; out")]
    [InlineData("Log in as R-100 / {{user.pin}} and return 'Old Maps'.", "return 4")]
    public void Decide_Reader(string goal, string effects) => Reaches(goal, new ReaderApi(), effects);

    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects == happened, $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
