using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Goals over APIs of styles that are further from resources and ids: procedures, bare arrays, maps, cursors, lines in bodies, the Location alone.</summary>
public sealed class UnseenStylesTests
{
    [Theory]
    [InlineData("Turn on the lamp in the kitchen.", "u-2 on=true")]
    [InlineData("Turn the lamp in the kitchen off.", "u-2 on=false")]
    [InlineData("Set the brightness of the lamp in the kitchen to 40.", "u-2 brightness=40")]
    [InlineData("Turn on the lamp in the kitchen at 40 %.", "u-2 on=true,brightness=40|u-2 brightness=40,on=true|u-2 on=true")]
    [InlineData("Set the thermostat of the bedroom to 19.5 degrees.", "u-3 targetTemperature=19.5")]
    [InlineData("Activate the scene 'Movie night'.", "scene s-1")]
    [InlineData("Rename the blinds in the office to 'Office shade'.", "u-5 name=Office shade")]
    [InlineData("Create a rule named Morning for the ceiling lamp, then delete the rule.", "rule Morning u-1; unrule 77")]
    [InlineData("Show the state of the thermostat in the office.", "look u-4")]
    public void Decide_House(string goal, string effects) => Reaches(goal, new HouseApi(), effects);

    [Theory]
    [InlineData("Log in as ann / {{user.password}}, create a ticket 'Screen flickers' with high priority and log out.", "create Screen flickers high; out")]
    [InlineData("Log in as ann / {{user.password}}, close the ticket 'No coffee'.", "close 501")]
    [InlineData("Log in as ann / {{user.password}}, comment 'On it' on the ticket 'Printer is dead', assign it to Bob Ray and log out.", "comment 500 On it; assign 500 9; out")]
    [InlineData("Log in as ann / {{user.password}}, open a ticket 'Door is stuck', add the comment 'Since Monday' to it and close it.", "create Door is stuck; comment 503 Since Monday; close 503")]
    public void Decide_Rpc(string goal, string effects) => Reaches(goal, new RpcApi(), effects);

    [Theory]
    [InlineData("Order two Margherita to 12 Elm Street and pay cash.", "order 2x1 to 12 Elm Street cash")]
    [InlineData("Order a large Margherita with extra olives and two small colas to 12 Elm Street; pay cash.", "order 1x1 large +olives, 2x3 small to 12 Elm Street cash")]
    [InlineData("Order a Funghi to '5 Oak Road', pay by card, then look at the order.", "order 1x2 to 5 Oak Road card; look 88")]
    [InlineData("Order one Margherita to '5 Oak Road', pay by card, then cancel the order.", "order 1x1 to 5 Oak Road card; cancel 88")]
    [InlineData("Order a Margherita and a Cola to '5 Oak Road', pay by card.", "order 1x1, 1x3 to 5 Oak Road card")]
    public void Decide_Pizza(string goal, string effects) => Reaches(goal, new PizzaApi(), effects);

    [Theory]
    [InlineData("Approve the vacation request of Sam Okoro that starts on 2 May.", "approve 4")]
    [InlineData("Approve the leave request of Tom Bay.", "approve 5")]
    [InlineData("Reject all pending requests of the team Sales with the comment 'too busy'.", "reject 1 too busy; reject 2 too busy; reject 4 too busy")]
    [InlineData("Ask for vacation for Ida Holm from 3 to 7 August 2027.", "ask e2 2027-08-03..2027-08-07 vacation")]
    public void Decide_Leave(string goal, string effects) => Reaches(goal, new LeaveApi(), effects);

    [Theory]
    [InlineData("Book a double room from 3 to 5 March 2027 for Ann Lee, ann@example.com.", "reserve 301 2027-03-03..2027-03-05 guests=1 Ann Lee ann@example.com")]
    public void Decide_Hotel(string goal, string effects) => Reaches(goal, new HotelApi(), effects);

    [Theory]
    [InlineData("Add a student Lena Vogt, born on 2012-03-04, in year 9 and enroll her in Algebra.", "student Lena Vogt 9 2012-03-04; enroll 109 MATH9")]
    [InlineData("Enroll Mina Sato in Biology.", "enroll 101 BIO10")]
    [InlineData("Set the grade of Mina Sato in Biology to B.", "grade 4999 B")]
    [InlineData("Withdraw Omar Haddad from Biology.", "withdraw 5000")]
    public void Decide_School(string goal, string effects) => Reaches(goal, new SchoolApi(), effects);

    [Theory]
    [InlineData("Set the stock of Euro pallet to 20.", "stock PL-07 20")]
    [InlineData("Move 10 rolls of Packing tape from North to South.", "move 10 TP-01 N>S")]
    [InlineData("Move 3 small boxes from the South warehouse to the North warehouse.", "move 3 BX-10 S>N")]
    [InlineData("Create an article 'Bubble wrap' with the SKU BW-05, unit roll, then set its stock to 60.", "article BW-05 Bubble wrap roll; stock BW-05 60")]
    [InlineData("Discontinue the Stretch film.", "discontinue ST-99")]
    [InlineData("Look at article TP-01.", "look TP-01")]
    public void Decide_Stock(string goal, string effects) => Reaches(goal, new StockApi(), effects);

    // Several ways may be right: they stand between bars.
    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects.Split('|').Contains(happened), $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
