using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Goals as a tester writes them, over APIs of different styles: what the API was made to do is what counts.</summary>
public sealed class GoalsTests
{
    [Theory]
    [InlineData("Create an issue titled 'Login is slow' in the repository ann/engine.", "issue ann/engine Login is slow")]
    [InlineData("Open an issue 'Add dark mode' in acme/website, comment 'I will do it' on it, then close the issue.", "issue acme/website Add dark mode; comment acme/website#4 I will do it; issue acme/website#4 state=closed")]
    [InlineData("Close the issue 'Typo in README' in the engine repository.", "issue ann/engine#2 state=closed")]
    [InlineData("Star the website repository.", "star acme/website")]
    [InlineData("Create a private repository called notes and open an issue 'First' in it.", "repo notes private=true; issue ann/notes First")]
    [InlineData("Squash and merge the pull request 'Faster search' in engine.", "merge ann/engine#7 squash")]
    [InlineData("Reopen the issue 'Slow search' of the repository engine.", "issue ann/engine#3 state=open")]
    [InlineData("Assign issue #1 of ann/engine to bob.", "issue ann/engine#1 assignee=bob")]
    public void Decide_Forge(string goal, string effects) => Reaches(goal, new ForgeApi(), effects);

    [Theory]
    [InlineData("Book the cheapest room from 2027-01-10 to 2027-01-12 for 1 guest, Ann Lee, ann@example.com.", "reserve 101 2027-01-10..2027-01-12 guests=1 Ann Lee ann@example.com")]
    [InlineData("Reserve a suite from 2027-05-01 until 2027-05-04 for 3 guests under the name 'Ann Lee' and email ann@example.com.", "reserve 201 2027-05-01..2027-05-04 guests=3 Ann Lee ann@example.com")]
    [InlineData("Cancel the reservation of Max Muster.", "update bb status=cancelled")]
    [InlineData("Check in the guest Eva Klein.", "update cc status=checked_in")]
    [InlineData("Book a double room for Ann Lee (ann@example.com) from 2027-01-10 to 2027-01-12, then cancel the reservation.", "reserve 301 2027-01-10..2027-01-12 guests=1 Ann Lee ann@example.com; update aa status=cancelled")]
    [InlineData("Change the number of guests of Eva Klein's reservation to 2.", "update cc guests=2")]
    public void Decide_Hotel(string goal, string effects) => Reaches(goal, new HotelApi(), effects);

    [Fact]
    public void Decide_HotelRoomTaken_TakesTheNext() =>
        Reaches("Book the cheapest room from 2027-01-10 to 2027-01-12 for 1 guest, Ann Lee, ann@example.com.", new HotelApi { Taken = true }, "reserve 301 2027-01-10..2027-01-12 guests=1 Ann Lee ann@example.com");

    [Theory]
    [InlineData("Post 'Hello all' to the general channel.", "post C1 Hello all")]
    [InlineData("Send the message \"Build is green\" to #build-alerts.", "post C3 Build is green")]
    [InlineData("Create a private channel named team-lunch with the topic 'Where to eat', invite Bob Ray to it and post 'Welcome!' there.", "channel team-lunch topic=Where to eat private=true; invite C9 U2; post C9 Welcome!")]
    [InlineData("React with thumbsup to the latest message in random.", "react C2 C2-m2 thumbsup")]
    [InlineData("Reply 'Great' to the message 'Release is out' in general.", "post C1 Great re C1-m1")]
    [InlineData("Delete the message 'Lunch?' from the random channel.", "delete C2 C2-m2")]
    [InlineData("Archive the channel random.", "archive C2")]
    [InlineData("Send a direct message saying 'See you at 5' to Ann Lee.", "direct U1 See you at 5")]
    public void Decide_Chat(string goal, string effects) => Reaches(goal, new ChatApi(), effects);

    [Theory]
    [InlineData("Log in as 4711 with password open sesame, pay 49.90 EUR to Landlord from the savings account, then log out.", "pay p-1 from DE02 4990 EUR ''; out")]
    [InlineData("Sign in as customer 4711 / {{user.password}} and pay City Power 80 EUR from Household with the reference 'Invoice 12'.", "pay p-2 from DE01 8000 EUR 'Invoice 12'")]
    [InlineData("As 4711 / {{user.password}}, add a payee named Bob Ray with IBAN DE89370400440532013000, then send him 15 EUR from my current account.", "payee Bob Ray DE89370400440532013000; pay p-3 from DE01 1500 EUR ''")]
    [InlineData("As 4711 / {{user.password}}, pay 10 EUR to the Landlord on 2027-01-31 from DE01, cancel the payment and sign out.", "pay p-1 from DE01 1000 EUR '' 2027-01-31; cancel pay-1; out")]
    [InlineData("Log in as 4711 with password 'open sesame' and look at the transactions of the Rainy days account.", "transactions DE02")]
    public void Decide_Payments(string goal, string effects) => Reaches(goal, new PaymentsApi(), effects);

    [Theory]
    [InlineData("Create a task 'Buy balloons' in the Launch project and assign it to Cleo Kim.", "task 2 Buy balloons 3|task 2 Buy balloons; update 301 assigneeId=3")]
    [InlineData("In project Launch, mark the task 'Plan launch' as done.", "update 201 status=done")]
    [InlineData("Mark 'Write tests' in the project Web shop as in progress, and add the comment 'On it'.", "update 101 status=in_progress; comment 101 On it")]
    [InlineData("Assign the task 'Fix header' of Web shop to Ann Lee.", "update 102 assigneeId=1")]
    [InlineData("Create a project called Garden, add a task 'Dig' due 2027-04-01 to it, comment 'Bring a spade' on the task, and complete the task.", "project Garden; task 3 Dig  2027-04-01; comment 301 Bring a spade; update 301 status=done")]
    [InlineData("Rename the task 'Order cake' in Launch to 'Order two cakes'.", "update 202 title=Order two cakes")]
    [InlineData("Delete the task 'Order cake' from the project 'Launch'.", "delete 2/202")]
    [InlineData("Show the comments of the task 'Fix header' in the Web shop project.", "comments of 102")]
    [InlineData("Start the task 'Write tests' in Web shop.", "update 101 status=in_progress")]
    [InlineData("Finish the task \"Fix header\" and leave a comment saying \"Done at last\".", "update 102 status=done; comment 102 Done at last")]
    [InlineData("Create a task titled Clean the desk in project LCH with due date 2027-02-02.", "task 2 Clean the desk  2027-02-02")]
    public void Decide_Tracker(string goal, string effects) => Reaches(goal, new TrackerApi(), effects);

    [Theory]
    [InlineData("Lend 'Persuasion' to Ann Lee.", "loan 12 to 5")]
    [InlineData("Borrow a book by Jane Austen for bob@example.com.", "loan 12 to 6")]
    [InlineData("Borrow Dracula for member Bob Ray and return it.", "loan 13 to 6; return 901")]
    [InlineData("Register a member named Cleo Kim with email cleo@example.com and lend her the newest book.", "member Cleo Kim cleo@example.com; loan 14 to 7")]
    [InlineData("Reserve 'Emma' for Ann Lee.", "reserve 11 for 5")]
    [InlineData("Renew Ann Lee's loan of 'Dubliners'.", "renew 900")]
    [InlineData("Return the book 'Dubliners' of Ann Lee.", "return 900")]
    [InlineData("Borrow Dracula for Bob Ray until 2027-01-15.", "loan 13 to 6 2027-01-15")]
    public void Decide_Lending(string goal, string effects) => Reaches(goal, new LendingApi(), effects);

    [Fact]
    public void Decide_LendingConflict_TakesAnotherThatFits() => Reaches("Borrow a book by Jane Austen for Ann Lee.", new LendingApi { TellsCopies = false }, "loan 12 to 5");

    [Fact]
    public void Decide_LendingConflictOfTheOnlyOne_SaysSo()
    {
        var session = PlannerSession.Play("Borrow 'Emma' for Ann Lee.", new LendingApi { TellsCopies = false });
        Assert.True(session.Outcome == "failure" && session.Reason.Contains("All copies are lent out", StringComparison.Ordinal), session.ToString());
    }

    [Theory]
    [InlineData("Book 2 seats for the jazz concert in Hamburg and pay by paypal.", "book 20 20-A2+20-B1; pay B-1 paypal")]
    [InlineData("Book the two cheapest seats for 'Blue Notes', email ann@example.com.", "book 20 20-B1+20-B3 ann@example.com")]
    [InlineData("Book four tickets for the cheapest jazz event.", "book 20 20-A2+20-B1+20-B3|book 30 30-A1+30-A2+30-B1+30-B2")]
    [InlineData("Reserve one seat for Hamlet, then cancel the booking.", "book 10 10-A1; cancel B-1")]
    [InlineData("Get a ticket to the earliest event in Berlin and pay with card.", "book 10 10-A1; pay B-1 card")]
    [InlineData("Book a seat in row B for Blue Notes, pay by invoice, and check the booking.", "book 20 20-B1; pay B-1 invoice; get B-1")]
    public void Decide_Arena(string goal, string effects) => Reaches(goal, new ArenaApi(), effects);

    [Fact]
    public void Decide_ArenaSeatSnatched_TakesAnother() => Reaches("Book a seat for Blue Notes.", new ArenaApi { Snatched = "20-A2" }, "book 20 20-B1");

    // Several ways may be right: they stand between bars.
    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects.Split('|').Contains(happened), $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
