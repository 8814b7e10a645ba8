using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>The amount that a goal names is the amount that is sent, never a document's example; one that cannot be sent ends the session.</summary>
public sealed class AmountsTests
{
    [Theory]
    [InlineData("transfer 700 from my first account to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("Log in as ann / pw, transfer 700 to acc-0003, then log out", "transfer 700 to acc-0003")]
    [InlineData("send 2500 to acc-0003", "transfer 2500 to acc-0003")]
    [InlineData("send 1,500 to \"acc-0003\"", "transfer 1500 to acc-0003")]
    [InlineData("transfer 1500 cents to acc-0003", "transfer 1500 to acc-0003")]
    [InlineData("transfer 7 EUR to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("transfer 12.50 to acc-0003", "transfer 1250 to acc-0003")]
    [InlineData("pay 12.50 to acc-0003", "transfer 1250 to acc-0003")]
    [InlineData("make a transfer of 700 to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("make a transfer of 2700 to acc-0003", "transfer 2700 to acc-0003")]
    [InlineData("transfer exactly 700 to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("transfer the amount 700 to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("transfer to acc-0003 the sum of 700", "transfer 700 to acc-0003")]
    [InlineData("transfer seven hundred to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("transfer 1500 credits to acc-0003", "transfer 1500 to acc-0003")]
    [InlineData("transfer 0 to acc-0003", "transfer 0 to acc-0003")]
    [InlineData("check my account and transfer 700 to acc-0003", "transfer 700 to acc-0003")]
    [InlineData("transfer two hundred and fifty to acc-0003", "transfer 250 to acc-0003")]
    [InlineData("transfer eighteen to acc-0003", "transfer 18 to acc-0003")]
    [InlineData("transfer sixteen hundred to acc-0003", "transfer 1600 to acc-0003")]
    [InlineData("transfer one thousand two hundred and thirty-four to acc-0003", "transfer 1234 to acc-0003")]
    [InlineData("transfer a hundred to acc-0003", "transfer 100 to acc-0003")]
    [InlineData("transfer 12,50 to acc-0003", "transfer 1250 to acc-0003")]
    [InlineData("transfer the amount of 12.50 EUR to acc-0003", "transfer 1250 to acc-0003")]
    public void Decide_Cents(string goal, string effects) => Reaches(goal, new TellerApi(), effects);

    [Theory]
    [InlineData("transfer 12.50 EUR to acc-0003", "number", "", "transfer 12.50 to acc-0003|transfer 12.5 to acc-0003")]
    [InlineData("transfer 1250 cents to acc-0003", "number", "Euros.", "transfer 12.5 to acc-0003|transfer 12.50 to acc-0003")]
    [InlineData("transfer 700 to acc-0003", "number~5", "", "transfer 700 to acc-0003")]
    [InlineData("transfer 700 to acc-0003", "string~5.00", "", "transfer \"700.00\" to acc-0003")]
    [InlineData("transfer 7 dollars to acc-0003", "string", "In cents.", "transfer \"700\" to acc-0003")]
    public void Decide_OtherTypes(string goal, string type, string description, string effects) => Reaches(goal, new TellerApi(description, type), effects);

    [Theory]
    [InlineData("transfer 12.50 to acc-0003", "integer~5", "Whole euros.", "amount of createTransfer cannot hold the amount 12.50")]
    [InlineData("transfer 0.5 cents to acc-0003", "integer~500", "Cents.", "cannot hold the amount 0.5")]
    [InlineData("send 3 times 700 to acc-0003", "integer~500", "Cents.", "nothing that createTransfer takes holds the amount \"700\"")]
    [InlineData("transfer half to acc-0003", "integer~500", "Cents.", "holds the amount \"half\"")]
    [InlineData("transfer all my money to acc-0003", "integer~500", "Cents.", "holds the amount \"all\"")]
    [InlineData("transfer 700 to acc-0003", "boolean", "", "nothing that createTransfer takes holds the amount \"700\"")]
    public void Decide_AmountThatCannotBeSent_SendsNoOther(string goal, string type, string description, string reason)
    {
        var api = new TellerApi(description, type);
        var session = PlannerSession.Play(goal, api);
        Assert.True(session.Outcome == "failure" && api.Effects.Count == 0 && session.Reason.Contains(reason, StringComparison.Ordinal), $"{goal}\n{session}");
    }

    [Theory]
    [InlineData("Log in as ann@example.com / {{user.password}}, find the cheapest bottle and buy two.", "order 2xBT-1 card Berlin")]
    [InlineData("Log in as ann@example.com / {{user.password}}, buy twenty-five Water bottles.", "order 25xBT-1 card Berlin")]
    [InlineData("Log in as ann@example.com / {{user.password}}, find the Water bottle and buy two of them.", "order 2xBT-1 card Berlin")]
    public void Decide_Counts(string goal, string effects) => Reaches(goal, new CartsApi(), effects);

    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects.Split('|').Contains(happened), $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
