using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Goals over businesses that none of the samples knows: nothing in the planner speaks of them.</summary>
public sealed class UnseenGoalsTests
{
    [Theory]
    [InlineData("Enroll ann@example.com in the Boxing class.", "enroll 74 ann@example.com")]
    [InlineData("Sign ann@example.com up for the spinning class, then leave it.", "enroll 73 ann@example.com; leave 900")]
    [InlineData("Enroll ann@example.com in a yoga class.", "enroll 72 ann@example.com")]
    [InlineData("Join the class 'Spinning' as ann@example.com.", "enroll 73 ann@example.com")]
    [InlineData("Put ann@example.com on the waiting list of the yoga class on 24 November 2026.", "wait 71 ann@example.com")]
    [InlineData("Enroll ann@example.com in the yoga class on Thursday.", "enroll 72 ann@example.com")]
    [InlineData("Cancel the enrollment of ann@example.com in Boxing.", "leave 802")]
    public void Decide_Gym(string goal, string effects) => Reaches(goal, new GymApi(), effects);

    [Theory]
    [InlineData("Send a message to ann@example.com with the subject 'Hello' and the text 'How are you?'.", "send ann@example.com 'Hello' 'How are you?'")]
    [InlineData("Send ann@example.com and bob@example.com a message with subject 'Party' and body 'Saturday at 8'.", "send ann@example.com+bob@example.com 'Party' 'Saturday at 8'")]
    [InlineData("Reply 'Thanks!' to the message 'Quarterly report'.", "reply m3 'Thanks!'")]
    [InlineData("Forward the message 'Weekly digest' to bob@example.com.", "forward m2 bob@example.com")]
    [InlineData("Mark the message 'Quarterly report' as read.", "m3 unread=false")]
    [InlineData("Delete the message from news@example.com.", "delete m2")]
    [InlineData("Move the message 'Lunch on Friday' to the folder 'Archive'.", "m1 folderId=f2")]
    [InlineData("Create a folder called Travel and move 'Lunch on Friday' into it.", "folder Travel; m1 folderId=f9")]
    [InlineData("Flag the message 'Quarterly report'.", "m3 flagged=true")]
    public void Decide_Mail(string goal, string effects) => Reaches(goal, new MailApi(), effects);

    [Theory]
    [InlineData("Reserve a table at La Luna on 12 December 2026 at 19:30 for four people under the name Eva Klein.", "table la-luna 2026-12-12 19:30 for 4 Eva Klein")]
    [InlineData("Book a table for two at the best rated restaurant in Graz on 2026-12-24 at 18:00, name Ann Lee, phone +43 660 1234567.", "table koi 2026-12-24 18:00 for 2 Ann Lee +436601234567|table koi 2026-12-24 18:00 for 2 Ann Lee +43 660 1234567")]
    [InlineData("Reserve a table at Koi on 2027-01-02 at 18:00 for 3 people for Bob Ray, then cancel the reservation.", "table koi 2027-01-02 18:00 for 3 Bob Ray; cancel QX7")]
    [InlineData("Change the reservation QX7 to 5 people.", "change QX7 party_size=5")]
    [InlineData("Move the reservation QX7 to 4 March 2027 at 19:30.", "change QX7 date=2027-03-04,time=19:30")]
    public void Decide_Diner(string goal, string effects) => Reaches(goal, new DinerApi(), effects);

    [Theory]
    [InlineData("Create a contact Lea Roth with the email lea@example.com at the company Sunny Labs.", "contact Lea Roth lea@example.com Sunny Labs")]
    [InlineData("Create a deal 'Office chairs' worth 4500 for Ida Holm.", "deal Office chairs 4500 11")]
    [InlineData("Move the deal 'Fleet renewal' to won and add the note 'Signed today'.", "deal 32 stage=won; note 32 Signed today")]
    [InlineData("Delete the contact Sam Okoro.", "delete 12")]
    [InlineData("Mark the deal 'Paper rolls' as lost.", "deal 31 stage=lost")]
    public void Decide_Crm(string goal, string effects) => Reaches(goal, new CrmApi(), effects);

    [Theory]
    [InlineData("Rent the cheapest compact car in Vienna from 2026-12-10 to 2026-12-14 for Ann Lee, ann@example.com.", "rent v4 2026-12-10..2026-12-14 Ann Lee ann@example.com")]
    [InlineData("Rent the Tiguan from 3 to 6 January 2027 with full insurance for Bob Ray (bob@example.com), then extend the rental until 8 January 2027.", "rent v2 2027-01-03..2027-01-06 Bob Ray bob@example.com full; extend R-500 2027-01-08")]
    [InlineData("Rent a compact car at Graz Main Station from 2026-12-10 until 2026-12-12 for Ann Lee, ann@example.com, and cancel the rental again.", "rent v3 2026-12-10..2026-12-12 Ann Lee ann@example.com; cancel R-500")]
    [InlineData("Extend rental R-321 until 2027-02-01.", "extend R-321 2027-02-01")]
    public void Decide_Rental(string goal, string effects) => Reaches(goal, new RentalApi(), effects);

    [Theory]
    [InlineData("Log in as ann@example.com / {{user.password}}, start a thread 'Which pan?' with the text 'Steel or iron?' in the Cooking board and log out.", "thread cooking 'Which pan?' 'Steel or iron?'; out")]
    [InlineData("Log in as ann@example.com / {{user.password}} and answer 'Use copper tape' in the thread 'Slugs everywhere'.", "answer 3 'Use copper tape'")]
    [InlineData("As ann@example.com / {{user.password}}, vote for the post 'Beer traps' in the thread 'Slugs everywhere'.", "vote 61 up")]
    [InlineData("Log in as ann@example.com / {{user.password}} and lock the thread 'Best knife'.", "lock 1")]
    [InlineData("Log in as ann@example.com / {{user.password}}, delete bob's post in the thread 'Slugs everywhere'.", "delete 61")]
    [InlineData("Log in as ann@example.com / {{user.password}}, post a thread 'Tomatoes' saying 'When to plant?' with the tags spring and seeds to Garden & Yard.", "thread garden 'Tomatoes' 'When to plant?' spring+seeds")]
    public void Decide_Forum(string goal, string effects) => Reaches(goal, new ForumApi(), effects);

    [Theory]
    [InlineData("Ship a parcel of 2.5 kg from Ann Lee in Vienna to Bob Ray in Graz by express.", "ship Ann Lee Vienna > Bob Ray Graz 2.5 express")]
    [InlineData("Create a shipment from Ann Lee in Vienna to Bob Ray in Graz weighing 4 kg, then schedule a pickup on 2026-12-01 in the morning.", "ship Ann Lee Vienna > Bob Ray Graz 4; pickup ZX123456789 2026-12-01 morning")]
    [InlineData("Track the shipment ZX000000001.", "track ZX000000001")]
    [InlineData("Cancel shipment ZX000000007.", "cancel ZX000000007")]
    public void Decide_Parcel(string goal, string effects) => Reaches(goal, new ParcelApi(), effects);

    [Theory]
    [InlineData("Log in as ann / 4321 and transfer 75.50 EUR from Everyday to House with the message 'Roof'.", "transfer 7550 1000001>1000002 'Roof'")]
    [InlineData("Log in as ann / 4321 and send 20 euros from account 1000002 to account 3000009.", "transfer 2000 1000002>3000009 ''")]
    [InlineData("Log in as ann / 4321 and block the Visa Gold card because it was stolen.", "block c1 stolen")]
    [InlineData("Log in as ann / 4321 and show the statements of the House account for 2025.", "statements 1000002 2025|statements 1000002")]
    public void Decide_Vault(string goal, string effects) => Reaches(goal, new VaultApi(), effects);

    [Theory]
    [InlineData("Log in as ann / {{user.password}}, put two Blue mugs and a Glass teapot into the basket, use the voucher SPRING5 and order with express delivery.", "voucher SPRING5; order 2xMG-1+1xTP-1 express")]
    [InlineData("Log in as ann / {{user.password}}, buy the cheapest mug.", "order 1xMG-1")]
    [InlineData("Log in as ann / {{user.password}}, put a Silver spoon and a Travel mug into the basket, take the spoon out again and place the order.", "order 1xMG-2")]
    [InlineData("Log in as ann / {{user.password}}, order a teapot under 40 euros.", "order 1xTP-1")]
    [InlineData("Log in as ann / {{user.password}}, buy a Blue mug and return the order because it is damaged.", "order 1xMG-1; return o-1 damaged")]
    public void Decide_Basket(string goal, string effects) => Reaches(goal, new BasketApi(), effects);

    // Several ways may be right: they stand between bars.
    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects.Split('|').Contains(happened), $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
