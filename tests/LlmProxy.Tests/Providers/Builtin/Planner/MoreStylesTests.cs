using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

public sealed class MoreStylesTests
{
    [Fact]
    public void Decide_Clinic_RegistersAndBooksTheBestRated()
    {
        var clinic = new ClinicApi();
        var session = PlannerSession.Play("Register as ann@example.com with password {{user.password}}, log in, book an appointment with the best rated dermatology doctor in Berlin, then cancel the appointment.", clinic);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(clinic.Accounts["ann@example.com"] == "{{user.password}}", session.ToString());
        Assert.True(clinic.Appointments.Count == 1 && clinic.Appointments[0].Doctor == 2 && clinic.Appointments[0].Slot == 22, session.ToString());
        Assert.True(clinic.Cancelled.SequenceEqual([901]), session.ToString());
    }

    [Fact]
    public void Decide_Clinic_UnknownUserRegistersFirst()
    {
        var clinic = new ClinicApi();
        var session = PlannerSession.Play("Log in as bob@example.com / pw and book an appointment with Dr. Cohen.", clinic);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(clinic.Appointments.Count == 1 && clinic.Appointments[0].Doctor == 3, session.ToString());
    }

    [Theory]
    [InlineData("Order 3 of the cheapest lamp and pay by invoice.", 6, 3)]
    [InlineData("Buy a green lamp, then pay for the order.", 6, 1)]
    [InlineData("Place an order for two of the item 'Chair' and pay for it with card.", 4, 2)]
    public void Decide_Market_OrdersLinesOverPages(string goal, int item, int quantity)
    {
        var market = new MarketApi();
        var session = PlannerSession.Play(goal, market);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(market.Lines.SequenceEqual([(item, quantity)]), session.ToString());
        Assert.True(market.Paid.SequenceEqual([77]), session.ToString());
    }

    [Fact]
    public void Decide_Market_Reviews()
    {
        var market = new MarketApi();
        var session = PlannerSession.Play("Review the item 'Desk' with rating 5 and the comment 'Solid'.", market);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(market.Reviews.SequenceEqual([(3, 5, "Solid")]), session.ToString());
    }
}
