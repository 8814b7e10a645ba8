using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

public sealed class OtherStylesTests
{
    [Fact]
    public void Decide_Library_BorrowsAndReturns()
    {
        var library = new LibraryApi();
        var session = PlannerSession.Play("Sign in with card number C-77 and PIN 1234, borrow the book 'The Hobbit', return it, then sign out.", library);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.Equal("b-1", library.Loans["l-1"]);
        Assert.Equal(["l-1"], library.Returned);
        Assert.True(library.SessionEnded, session.ToString());
    }

    [Theory]
    [InlineData("Log in as C-77 / 1234 and borrow the first available book by Frank Herbert.", "b-3")]
    [InlineData("Log in as C-77 with password 1234. Borrow the first available book by Frank Herbert.", "b-3")]
    [InlineData("As C-77 with password 1234, find a novel by Jane Austen and borrow it.", "b-4")]
    public void Decide_Library_ChoosesByAuthor(string goal, string book)
    {
        var library = new LibraryApi();
        var session = PlannerSession.Play(goal, library);
        Assert.True(session.Outcome == "success" && library.Loans["l-1"] == book, session.ToString());
    }

    [Fact]
    public void Decide_Tickets_HoldsSeatsBeforeBooking()
    {
        var tickets = new TicketApi();
        var session = PlannerSession.Play("Book two seats for the cheapest jazz concert in Berlin.", tickets);
        Assert.True(session.Outcome == "success", session.ToString());
        var booking = Assert.Single(tickets.Booked);
        Assert.Equal("e1", booking.Event);
        Assert.Equal(["e1-s2", "e1-s3"], booking.Seats);
        Assert.NotEqual("", booking.Name);
    }

    [Fact]
    public void Decide_Tickets_CancelsWhatItBooked()
    {
        var tickets = new TicketApi();
        var session = PlannerSession.Play("Book a seat for 'Loud', then cancel the booking.", tickets);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.Equal("e3", Assert.Single(tickets.Booked).Event);
        Assert.Equal(["BK-9"], tickets.Cancelled);
    }

    [Theory]
    [InlineData("Log in as ann / s3cret/x, transfer 25 EUR from my checking account to my savings account.")]
    [InlineData("Authenticate with username ann and password s3cret/x and send €25 from Checking to Savings, then check the transfer.")]
    [InlineData("Log in as ann / s3cret/x and transfer 25 euros from ACC-1 to ACC-2.")]
    public void Decide_Bank_Transfers(string goal)
    {
        var bank = new BankApi();
        var session = PlannerSession.Play(goal, bank);
        Assert.True(session.Outcome == "success" && bank.Transfers.Count == 1, session.ToString());
        var transfer = bank.Transfers[0];
        Assert.True((transfer.From, transfer.To, transfer.Amount, transfer.Currency) == ("ACC-1", "ACC-2", 25m, "EUR"), session.ToString());
        Assert.True(Guid.TryParse(transfer.Key, out _));
    }

    [Fact]
    public void Decide_Bank_FillsAFieldThatARefusalNames()
    {
        var bank = new BankApi { WantsPurpose = true };
        var session = PlannerSession.Play("Log in as ann / s3cret/x, transfer 25 EUR from checking to holiday.", bank);
        Assert.True(session.Outcome == "success" && bank.Transfers.Count == 1, session.ToString());
        Assert.Equal("ACC-3", bank.Transfers[0].To);
    }

    [Fact]
    public void Decide_Tasks_CreatesCommentsAndCompletes()
    {
        var tasks = new TaskApi();
        var session = PlannerSession.Play(
            "Create a task 'Ship it' with priority high in the project 'Website', add the comment 'Looks good' to the task 'Fix login' in project 'Website', and mark the task 'Ship it' as done.", tasks);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(tasks.Created.SequenceEqual([(2, "Ship it", "high")]), session.ToString());
        Assert.True(tasks.Comments.SequenceEqual([(2, 11, "Looks good")]), session.ToString());
        Assert.True(tasks.Status.GetValueOrDefault(21) == "done", session.ToString());
    }

    [Fact]
    public void Decide_Tasks_CreatesAndDeletesIt()
    {
        var tasks = new TaskApi();
        var session = PlannerSession.Play("Add a task called Call mom to the Backend project and then delete it.", tasks);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(tasks.Created.SequenceEqual([(1, "Call mom", "")]), session.ToString());
        Assert.True(tasks.Deleted.SequenceEqual([21]), session.ToString());
    }

    [Fact]
    public void Decide_Tasks_NewProjectThenTaskInIt()
    {
        var tasks = new TaskApi();
        var session = PlannerSession.Play("Create a project named Garden, then create a task 'Dig' in it.", tasks);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(tasks.Created.SequenceEqual([(3, "Dig", "")]), session.ToString());
    }
}
